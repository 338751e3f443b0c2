import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { imageModel, randomLevels } from '../../test/image-models.ts';
import { groupMask } from './color-groups.ts';

describe('colour groups', () => {
  it('type A shows earlier channels, type B the own one as well', () => {
    const three = { groups: 3, inputs: 3, outputs: 3 };
    expect([...groupMask({ type: 'A', ...three })]).toEqual([0, 1, 1, 0, 0, 1, 0, 0, 0]);
    expect([...groupMask({ type: 'B', ...three })]).toEqual([1, 1, 1, 0, 1, 1, 0, 0, 1]);
  });

  it('groups features evenly, and each half of a gate on its own', () => {
    const two = { groups: 2, inputs: 4, outputs: 4 };
    const rows = (mask: Float32Array, width: number): number[][] =>
      Array.from({ length: mask.length / width }, (_, i) => [...mask.subarray(i * width, (i + 1) * width)]);
    const [early, late] = [
      [1, 1, 1, 1],
      [0, 0, 1, 1],
    ];
    expect(rows(groupMask({ type: 'B', ...two }), 4)).toEqual([early, early, late, late]);
    expect(rows(groupMask({ type: 'A', ...two, halves: 2 }), 4)).toEqual([
      [0, 1, 0, 1],
      [0, 1, 0, 1],
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
  });
});

describe.each(['cpu', 'wasm'])('masked weights on %s', (backend) => {
  beforeAll(async () => {
    tf.enableProdMode();
    await tf.setBackend(backend);
  });

  /** Indices of the masked weights of a variable `[..., inputs, outputs]` whose last matrix is the centre tap. */
  function hiddenIndices(size: number, mask: Float32Array): number[] {
    return [...mask].flatMap((seen, i) => (seen === 0 ? [size - mask.length + i] : []));
  }

  const cases = [
    ['gated-pixelcnn', 'layers.0.horizontal.row', { type: 'A', inputs: 3, outputs: 12, halves: 2 }],
    ['gated-pixelcnn', 'layers.1.horizontal.row', { type: 'B', inputs: 6, outputs: 12, halves: 2 }],
    ['gated-pixelcnn', 'layers.0.residual.weight', { type: 'B', inputs: 6, outputs: 6 }],
    ['gated-pixelcnn', 'output.1.weight', { type: 'B', inputs: 6, outputs: 12 }],
    ['pixelcnn', 'first.row', { type: 'A', inputs: 3, outputs: 12 }],
    ['pixelcnn', 'blocks.0.window.row', { type: 'B', inputs: 6, outputs: 6 }],
  ] as const;
  it.each(cases)('%s, %s: start at zero in a fresh model, and neither matter nor move', (type, name, options) => {
    const depth = type === 'pixelcnn' ? { blocks: 1 } : { layers: 2 };
    const model = imageModel({ type, levels: 4, features: 6, firstKernel: 3, ...depth }, { event: [3, 3, 3] });
    const fresh = imageModel(
      { type, levels: 4, features: 6, firstKernel: 3, ...depth },
      { event: [3, 3, 3], scale: null },
    );
    const variable = model.variables.get(name)!;
    const hidden = hiddenIndices(variable.size, groupMask({ groups: 3, ...options }));
    expect(hidden.length).toBeGreaterThan(0);
    const started = fresh.variables.get(name)!.dataSync();
    expect(hidden.every((i) => started[i] === 0)).toBe(true);

    const x = randomLevels([2, 3, 3, 3], 4);
    const score = (): number[] => tf.tidy(() => [...model.logProb(x).dataSync()]);
    const before = score();
    const moved = variable.dataSync().slice();
    for (const i of hidden) moved[i] = 50 + i;
    tf.tidy(() => variable.assign(tf.tensor(moved, variable.shape)));
    expect(score()).toEqual(before);
    const gradient = tf.tidy(() => {
      const { grads } = tf.variableGrads(() => tf.sum(model.logProb(x)) as tf.Scalar, [variable]);
      return grads[variable.name]!.dataSync();
    });
    expect(hidden.every((i) => gradient[i] === 0)).toBe(true);
    expect(gradient.some((value) => value !== 0)).toBe(true);
    x.dispose();
    model.dispose();
    fresh.dispose();
  });
});
