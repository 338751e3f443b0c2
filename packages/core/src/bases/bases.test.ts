import * as tf from '@tensorflow/tfjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { BACKENDS, leaked, normal } from '../../test/numeric.ts';
import { drawVariables, expectVariableGradients, take } from '../../test/part-checks.ts';
import type { DistributionBase } from '../contracts/distribution-base.ts';
import type { Shape } from '../contracts/shape.ts';
import { testBuild } from '../registry/test-build.ts';
import { bases, DiagonalNormal, Logistic, NormalMixture, StandardNormal, Uniform } from './index.ts';

const logNormal = (x: number, mean = 0, logScale = 0): number =>
  -0.5 * ((x - mean) / Math.exp(logScale)) ** 2 - logScale - 0.5 * Math.log(2 * Math.PI);

interface Case {
  readonly name: string;
  readonly make: (eventShape: Shape) => DistributionBase;
  /** log p of one example in float64, from the values of the variables. */
  readonly logDensity: (x: number[], variables: Record<string, number[]>) => number;
  /** Variance of one element with the variables where training starts; null where it depends on the seed. */
  readonly variance: number | null;
}

const cases: Case[] = [
  {
    name: 'standard-normal',
    make: (eventShape) => new StandardNormal({ eventShape }),
    logDensity: (x) => x.reduce((sum, each) => sum + logNormal(each), 0),
    variance: 1,
  },
  {
    name: 'logistic',
    make: (eventShape) => new Logistic({ eventShape }),
    logDensity: (x) => x.reduce((sum, each) => sum - each - 2 * Math.log1p(Math.exp(-each)), 0),
    variance: Math.PI ** 2 / 3,
  },
  {
    name: 'uniform',
    make: (eventShape) => new Uniform({ eventShape, interval: [-8, 10] }),
    logDensity: (x) => -x.length * Math.log(18),
    variance: 18 ** 2 / 12,
  },
  {
    name: 'diagonal-normal',
    make: (eventShape) => new DiagonalNormal({ eventShape, mean: 2, logScale: Math.log(3) }),
    logDensity: (x, { mean, logScale }) => x.reduce((sum, each, i) => sum + logNormal(each, mean![i], logScale![i]), 0),
    variance: 9,
  },
  {
    name: 'normal-mixture',
    make: (eventShape) => new NormalMixture({ eventShape, components: 3 }),
    logDensity: (x, { logits, means, logScales }) => {
      const total = logits!.reduce((sum, logit) => sum + Math.exp(logit), 0);
      const density = logits!.reduce((sum, logit, k) => {
        const at = (i: number): number => k * x.length + i;
        const logs = x.reduce((acc, each, i) => acc + logNormal(each, means![at(i)], logScales![at(i)]), 0);
        return sum + (Math.exp(logit) / total) * Math.exp(logs);
      }, 0);
      return Math.log(density);
    },
    variance: null,
  },
];

function valuesOf(base: DistributionBase): Record<string, number[]> {
  return Object.fromEntries([...base.variables].map(([name, variable]) => [name, Array.from(variable.dataSync())]));
}

describe.each(BACKENDS)('bases on %s', (backend) => {
  beforeEach(async () => void (await tf.setBackend(backend)));

  describe.each(cases)('$name', ({ make, logDensity, variance }) => {
    it.each([{ shape: [1] }, { shape: [3] }, { shape: [2, 1, 2] }, { shape: [] }])(
      'follows its formula with variables of order one: $shape',
      ({ shape }) => {
        const base = make(shape);
        drawVariables(base, 2);
        const x = normal([4, ...shape], 3);
        const size = x.size / 4;
        const data = Array.from(x.dataSync());
        const logProb = base.logProb(x);
        expect(logProb.shape).toEqual([4]);
        take(logProb).forEach((value, row) => {
          const expected = logDensity(data.slice(row * size, (row + 1) * size), valuesOf(base));
          expect(Math.abs(value - expected)).toBeLessThan(1e-5 * (1 + Math.abs(expected)));
        });
        x.dispose();
        base.dispose();
      },
    );

    it('stays a number with a finite gradient far out, |x| = 10⁴', () => {
      const base = make([2]);
      const x = tf.tensor2d([[-1e4, 1e4]]);
      expect(take(base.logProb(x))[0]).not.toBeNaN();
      const gradient = take(tf.grad((t: tf.Tensor) => base.logProb(t))(x));
      expect(gradient.every(Number.isFinite)).toBe(true);
      x.dispose();
      base.dispose();
    });

    it('draws what its density says, scaled by the temperature, the same for the same seed', async () => {
      const base = make([2]);
      const [cold, warm, again, other] = await Promise.all(
        [{ seed: 1, temperature: 0 }, { seed: 1 }, { seed: 1 }, { seed: 2 }].map((options) =>
          base.sample(4000, options),
        ),
      );
      expect(Array.from(warm!.dataSync())).toEqual(Array.from(again!.dataSync()));
      expect(Array.from(warm!.dataSync())).not.toEqual(Array.from(other!.dataSync()));
      if (variance !== null) {
        const center = take(tf.slice(cold!, [0, 0], [1, 1]))[0]!;
        const hot = await base.sample(4000, { seed: 1, temperature: 0.5 });
        const spread = (draws: tf.Tensor): number => take(tf.mean(tf.square(tf.sub(draws, center))))[0]!;
        expect(spread(warm!) / variance).toBeCloseTo(1, 1);
        expect(spread(hot) / (variance / 4)).toBeCloseTo(1, 1);
        expect(spread(cold!)).toBeCloseTo(0, 8);
        hot.dispose();
      }
      tf.dispose([cold!, warm!, again!, other!]);
      base.dispose();
    });

    it('has the gradient of every variable, in logProb and in draws', () => {
      const base = make([2]);
      drawVariables(base, 5);
      if (base.variables.size === 0) return expect(base.state.size).toBe(0);
      const x = normal([3, 2], 6);
      expectVariableGradients(base, () => tf.sum(base.logProb(x)) as tf.Scalar, 1e-2);
      const drawn = tf.variableGrads(() => tf.sum(tf.square(base.rsample(5, { seed: 3 }).value)) as tf.Scalar);
      const moved = [...base.variables].filter(([, variable]) =>
        Array.from(drawn.grads[variable.name]?.dataSync() ?? []).some((value) => value !== 0),
      );
      const locationsAndScales = [...base.variables.keys()].filter((name) => name !== 'logits');
      expect(moved.map(([name]) => name)).toEqual(locationsAndScales);
      tf.dispose([x, drawn.value, ...Object.values(drawn.grads)]);
      return base.dispose();
    });

    it('scores its own reparameterized draws and leaves nothing behind', () => {
      const count = leaked(() => {
        const base = make([2]);
        const { value, logProb } = base.rsample(3, { seed: 4 });
        expect(take(base.logProb(value))).toEqual(Array.from(logProb.dataSync()));
        tf.dispose([value, logProb]);
        base.dispose();
      });
      expect(count).toBe(0);
    });
  });

  it('uniform answers −∞ outside and for NaN, never NaN, and its gradient is 0', () => {
    const base = new Uniform({ eventShape: [2] });
    const x = tf.tensor2d([
      [0.5, 0.5],
      [0, 1],
      [0.5, 1.1],
      [-0.1, 2],
      [NaN, 0.5],
    ]);
    expect(take(base.logProb(x))).toEqual([0, 0, -Infinity, -Infinity, -Infinity]);
    const gradient = take(tf.grad((t: tf.Tensor) => base.logProb(t))(x));
    expect(gradient.every((value) => value === 0)).toBe(true);
    x.dispose();
  });

  it('a mixture draws each component as often as its weight says', async () => {
    const base = new NormalMixture({ eventShape: [1], components: 3, logScale: -20 });
    const weights = [0.2, 0.5, 0.3];
    tf.tidy(() => {
      base.variables.get('logits')!.assign(tf.tensor1d(weights.map(Math.log)));
      base.variables.get('means')!.assign(tf.tensor2d([[0], [1], [2]]));
    });
    const draws = take(await base.sample(20_000, { seed: 1 })).map(Math.round);
    weights.forEach((weight, k) => expect(draws.filter((draw) => draw === k).length / 20_000).toBeCloseTo(weight, 2));
    base.dispose();
  });
});

describe('a mixture that starts', () => {
  it('has different means, by its seed and its spread', () => {
    const make = (seed: number, spread: number): number[] => {
      const site = testBuild({ seed, shapes: { eventShape: [2] } });
      const base = bases['normal-mixture']!.create(
        { type: 'normal-mixture', components: 4, spread, logScale: 0 } as never,
        site,
      );
      return Array.from(base.variables.get('means')!.dataSync());
    };
    expect(make(1, 1)).toEqual(make(1, 1));
    expect(make(1, 1)).not.toEqual(make(2, 1));
    make(1, 1).forEach((mean, i) => expect(make(1, 4)[i]).toBeCloseTo(4 * mean, 4));
    expect(new Set(make(1, 1)).size).toBe(8);
  });
});

describe('bad options of bases', () => {
  it.each([
    {
      name: 'an empty interval',
      make: () => new Uniform({ eventShape: [1], interval: [1, 1], path: 'base' }),
      message: 'base (uniform): "interval" must be two finite numbers in ascending order (expected [lower, upper]',
    },
    {
      name: 'no components',
      make: () => new NormalMixture({ eventShape: [1], components: 0, path: 'base' }),
      message: 'base (normal-mixture): "components" is the number of normals in the mixture (expected a whole number',
    },
    {
      name: 'means of another length',
      make: () => new DiagonalNormal({ eventShape: [3], mean: [1, 2], path: 'base' }),
      message: 'base (diagonal-normal): "mean" has the wrong number of values (expected 3',
    },
  ])('are refused: $name', ({ make, message }) => {
    const before = tf.memory().numTensors;
    expect(make).toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('the table of bases', () => {
  it.each(Object.entries(bases))('%s is built from its defaults under its own name', (type, definition) => {
    const properties = definition.schema['properties'] as Record<string, { default?: unknown; description?: string }>;
    const defaults = Object.fromEntries(
      Object.entries(properties).flatMap(([key, option]) =>
        option.default === undefined ? [] : [[key, option.default]],
      ),
    );
    expect(Object.values(properties).every((option) => option.description !== undefined)).toBe(true);
    const base = definition.create({ type, ...defaults } as never, testBuild({ shapes: { eventShape: [2, 3] } }));
    expect({ type: base.type, path: base.path, shape: base.eventShape }).toEqual({ type, path: 'test', shape: [2, 3] });
    base.dispose();
  });
});
