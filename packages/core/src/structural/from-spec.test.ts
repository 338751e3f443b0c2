import * as tf from '@tensorflow/tfjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { BACKENDS, expectClose } from '../../test/numeric.ts';
import { take } from '../../test/part-checks.ts';
import { bitsPerDimension } from '../dequantization/index.ts';
import { createRegistry, type FlowModel } from '../registry/registry.ts';

const registry = createRegistry();

function spec(model: object, extra: object = {}): object {
  return { format: 'flowzoo/model', version: 1, event: [4, 4, 1], model: { type: 'flow', ...model }, ...extra };
}

const image = spec(
  {
    base: { type: 'normal-mixture', components: 3 },
    layers: [
      { type: 'dequantize', levels: 16 },
      { type: 'logit', form: 'alpha+(1-alpha)x' },
      { type: 'shift', per: 'channel' },
      {
        type: 'multi-scale',
        levels: [
          { layers: [{ type: 'squeeze' }, { repeat: 2, layers: [{ type: 'permutation' }, { type: 'scale' }] }] },
          { layers: [{ type: 'squeeze', order: 'space-major' }, { type: 'standardize' }] },
        ],
      },
      { type: 'permutation', order: [...Array(16).keys()].toReversed() },
      { type: 'reshape', shape: [2, 8] },
      { type: 'flatten' },
    ],
  },
  { seed: 5 },
);

describe.each(BACKENDS)('a model of core’s own layers on %s', (backend) => {
  beforeEach(async () => void (await tf.setBackend(backend)));

  it('is built from a spec, initialized, scores as a bound and gives the integers back', async () => {
    const before = tf.memory().numTensors;
    const flow = registry.build<FlowModel>(image);
    expect(flow.latentShape).toEqual([16]);
    expect(flow.lowerBound).toBe(true);
    expect(flow.traits.needsInitialization).toBe(true);
    expect([...flow.state.keys()]).toContain('layers.3.levels.0.1.order');
    const x = tf.tensor(
      Array.from({ length: 10 * 16 }, (_, i) => (i * 7 + Math.floor(i / 16)) % 16),
      [10, 4, 4, 1],
    );
    flow.initialize(x);
    const nats = take(flow.logProb(x));
    for (const value of nats) {
      const bits = bitsPerDimension(value, { dimensions: 16 });
      expect(bits).toBeGreaterThan(1);
      expect(bits).toBeLessThan(20);
    }
    const z = flow.encode(x);
    const back = flow.decode(z);
    expectClose(back, x, 0);
    const samples = await flow.sample(3, { seed: 1 });
    expect(take(samples).every((value) => Number.isInteger(value) && value >= 0 && value < 16)).toBe(true);
    tf.dispose([x, z, back]);
    flow.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('conditions its base on a context through a network', () => {
    const flow = registry.build<FlowModel>({
      ...spec({ base: { type: 'diagonal-normal', conditioner: { type: 'mlp', hidden: [4] } }, layers: [] }),
      event: [3],
      context: 2,
    });
    const [x, context] = [
      tf.ones([2, 3]),
      tf.tensor2d([
        [0, 1],
        [1, 0],
      ]),
    ];
    expect(flow.contextSize).toBe(2);
    expect(take(flow.logProb(x, context))).toHaveLength(2);
    tf.dispose([x, context]);
    flow.dispose();
  });
});

describe('faults of specs of core’s own layers', () => {
  it.each([
    [{ type: 'logit', alpha: 0.5 }, 'alpha: must be < 0.5 (got 0.5)'],
    [{ type: 'logit', form: 'alpha' }, 'form: must be one of "alpha+(1-2alpha)x", "alpha+(1-alpha)x"'],
    [{ type: 'dequantize', levels: 1 }, 'levels: must be ≥ 2 (got 1)'],
    [{ type: 'permutation', order: 'shuffle' }, 'order: must be one of "random", "reverse" (got "shuffle")'],
    [{ type: 'permutation', order: [-1, 0] }, 'order[0]: must be ≥ 0 (got -1)'],
    [{ type: 'scale', value: 'two' }, 'value: must be number or array'],
    [{ type: 'scale', per: 'row' }, 'per: must be one of "element", "channel", "scalar"'],
    [{ type: 'squeeze', factor: 1 }, 'factor: must be ≥ 2 (got 1)'],
    [{ type: 'reshape' }, '"shape" is missing'],
    [{ type: 'multi-scale', levels: [] }, 'levels: needs at least 1 item(s)'],
    [{ type: 'multi-scale', levels: [{ layers: [{ type: 'squeese' }] }] }, 'did you mean "squeeze"?'],
  ])('one line for %j', (layer, message) => {
    const faults = registry.check(spec({ layers: [layer] }));
    expect(faults).toHaveLength(1);
    expect(`${faults[0]!.path}: ${faults[0]!.message}`).toContain('layers[0]');
    expect(`${faults[0]!.path}: ${faults[0]!.message}`).toContain(message);
  });

  it('leave no tensor behind when the shapes do not fit', () => {
    const before = tf.memory().numTensors;
    const levels = [
      { layers: [{ type: 'squeeze' }, { type: 'scale' }] },
      { layers: [{ type: 'squeeze' }, { type: 'squeeze' }] },
    ];
    expect(() => registry.build(spec({ layers: [{ type: 'multi-scale', levels }] }))).toThrow(
      'layers[0].levels[1].layers[1] (squeeze): the image cannot be cut into blocks of 2×2',
    );
    expect(tf.memory().numTensors).toBe(before);
  });
});
