import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { evaluateTarget } from '@flowzoo/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { energies, type Energy } from './energies.ts';
import { fitEnergy } from './fit-energy.ts';
import { buildFlow, flowNames } from './flows.ts';
import { integrate, onGrid, QUADRATURE, type Grid } from './grid.ts';
import { densityPicture } from './picture.ts';
import { formatFits } from './report.ts';

const [U1, U2, U3, U4] = energies as readonly [Energy, Energy, Energy, Energy];

/** U at a point, from −U. */
function at(energy: Energy, z1: number, z2: number): number {
  return -tf.tidy(() => energy.logDensity(tf.tensor2d([[z1, z2]])).dataSync()[0]!);
}

describe.each(['cpu', 'wasm'])('the energies on %s', (backend) => {
  beforeEach(async () => {
    await tf.setBackend(backend);
  });

  // By hand from table 1 of the paper; sin(π/2 z₁) is 0 at 0 and 2, 1 at 1 and −1 at −1.
  const E = Math.exp;
  const cases: readonly (readonly [Energy, number, number, number])[] = [
    // On the ring, at the heavy side: the other side is 4/0.6 away.
    [U1, 2, 0, -Math.log(1 + E(-0.5 * (4 / 0.6) ** 2))],
    // On the ring, at the top: both sides are 2/0.6 away.
    [U1, 0, 2, 0.5 * (2 / 0.6) ** 2 - Math.log(2)],
    // At radius 1: one width of the ring is 0.4.
    [U1, 0, -1, 0.5 * (1 / 0.4) ** 2 + 0.5 * (2 / 0.6) ** 2 - Math.log(2)],
    [U2, 0, 0, 0],
    [U2, 1, 1, 0],
    [U2, 1, 0.2, 0.5 * 4],
    [U2, -1, 1, 0.5 * 25],
    // w₂(1) = 3: on the detour, z₂ = w₁ − 3, the wave is 3/0.35 away.
    [U3, 1, -2, 0],
    // Between both: 1.5 from either.
    [U3, 1, -0.5, 0.5 * (1.5 / 0.35) ** 2 - Math.log(2)],
    // Far to the left w₂ vanishes, and both terms are the same.
    [U3, -3, 1, -Math.log(2)],
    // w₃(1) = 3/2: between both at a distance of 0.75 from either, of widths 0.4 and 0.35.
    [U4, 1, 0.25, -Math.log(E(-0.5 * (0.75 / 0.4) ** 2) + E(-0.5 * (0.75 / 0.35) ** 2))],
    [U4, -3, 1, -Math.log(2)],
    [U4, -1, -1, -Math.log(1 + E(-0.5 * (3 / (1 + E(2 / 0.3)) / 0.35) ** 2))],
  ];

  it.each(cases.map(([energy, z1, z2, expected]) => ({ name: energy.name, energy, z1, z2, expected })))(
    '$name at ($z1, $z2) is $expected',
    ({ energy, z1, z2, expected }) => {
      expect(at(energy, z1, z2)).toBeCloseTo(expected, 4);
    },
  );

  it('have walls where they would run on for ever', () => {
    for (const energy of [U2, U3, U4]) {
      // The wave is 0 at both, and the wall (6 − 4)/0.4 = 5 widths behind.
      expect(at(energy, -6, 0) - at(energy, -2, 0)).toBeCloseTo(12.5, 2);
    }
    expect(at(U2, 6, 0)).toBeCloseTo(12.5, 4);
  });
});

describe('the quadrature', () => {
  beforeEach(async () => {
    await tf.setBackend('wasm');
  });

  it('integrates U2 to what its wave and its walls give', async () => {
    // A normal of deviation 0.4 across; along, 8 between the walls and half a normal of deviation 0.4 behind each.
    const root = Math.sqrt(2 * Math.PI);
    const expected = 0.4 * root * (8 + 0.4 * root);
    const found = integrate((await onGrid(U2.logDensity, QUADRATURE)).map(Math.exp), QUADRATURE);
    expect(found / expected).toBeCloseTo(1, 4);
  });

  it.each([U1, U3, U4])('of $name does not change with finer cells', async (energy) => {
    const coarse: Grid = { ...QUADRATURE, size: 130 };
    const [fine, rough] = await Promise.all(
      [QUADRATURE, coarse].map(async (grid) => integrate((await onGrid(energy.logDensity, grid)).map(Math.exp), grid)),
    );
    expect(rough! / fine!).toBeCloseTo(1, 3);
  });
});

describe.each(flowNames)('fitEnergy with %s', (name) => {
  it('gains on the start in 30 steps, agrees with quadrature, and draws a picture', async () => {
    await tf.setBackend('wasm');
    const grid: Grid = { reach: 6.5, size: 195 };
    const before = tf.memory().numTensors;
    const losses: number[] = [];
    const { flow, result } = await fitEnergy(U2, {
      flow: name,
      steps: 30,
      seed: 1,
      grid,
      onEvent: (event) => {
        if (event.type === 'step') losses.push(event.loss);
      },
    });
    expect(losses).toHaveLength(30);
    const start = buildFlow(name, 1);
    const untrained = await evaluateTarget(start, U2.logDensity, { samples: 1000 });
    start.dispose();
    expect(result.divergence).toBeLessThan(0.7 * (result.logNormalizer - untrained.elbo.value));
    expect(result.mass).toBeCloseTo(1, 1);
    // The mean of log-weights has no heavy tail; that of the weights has after so few steps.
    const { elbo } = result.evaluation;
    const byDraws = result.logNormalizer - elbo.value;
    expect(Math.abs(byDraws - result.divergence)).toBeLessThan(5 * elbo.standardError + 0.02);
    expect(formatFits([result])).toContain(name);
    const png = await densityPicture([{ energy: U2, flows: [flow], logNormalizer: result.logNormalizer }]);
    expect([...png.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
    flow.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('leaves nothing behind when it is refused', async () => {
    const before = tf.memory().numTensors;
    await expect(fitEnergy(U1, { flow: name, steps: Number('many'), seed: 1 })).rejects.toThrow(
      'steps: the option cannot have this value (expected a whole number, 1 or more, got NaN)',
    );
    expect(tf.memory().numTensors).toBe(before);
  });
});
