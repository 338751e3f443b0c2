import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { imageModel, randomLevels } from '../../test/image-models.ts';
import type { ImageModel } from './index.ts';

type Reach = (from: { row: number; column: number }, to: { row: number; column: number }) => boolean;

const IMAGES = 4;

/** ∂(parameters of element i) / ∂(element j), whether any of several images has it non-zero: `[D][D]`. */
function dependence(model: ImageModel, context?: tf.Tensor): boolean[][] {
  const [height, width, channels] = model.imageShape;
  const size = height * width * channels;
  const each = model.head.parameters / channels;
  const gradient = tf.tidy(() => {
    // A copy of the images for every element, so that one backward pass gives all rows of the Jacobian.
    const x = tf.tile(randomLevels([IMAGES, ...model.eventShape], model.levels, 'dependence'), [
      size,
      ...model.eventShape.map(() => 1),
    ]);
    const own = context === undefined ? undefined : tf.tile(context, [size, 1]);
    const chosen = tf.reshape(tf.eye(size), [size, 1, size, 1]);
    const score = (images: tf.Tensor): tf.Tensor =>
      tf.sum(tf.mul(tf.reshape(model.headParameters(images, own), [size, IMAGES, size, each]), chosen));
    return tf.grad(score)(x).dataSync();
  });
  return Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) =>
      Array.from({ length: IMAGES }, (_, image) => gradient[(i * IMAGES + image) * size + j]!).some((v) => v !== 0),
    ),
  );
}

function expectPattern(model: ImageModel, reach: Reach, context?: tf.Tensor): void {
  const [, width, channels] = model.imageShape;
  const found = dependence(model, context);
  const placeOf = (i: number): { row: number; column: number; channel: number } => {
    const position = Math.floor(i / channels);
    return { row: Math.floor(position / width), column: position % width, channel: i % channels };
  };
  const wrong: string[] = [];
  found.forEach((row, i) =>
    row.forEach((depends, j) => {
      const [to, from] = [placeOf(i), placeOf(j)];
      const samePixel = to.row === from.row && to.column === from.column;
      const expected = samePixel ? from.channel < to.channel : j < i && reach(from, to);
      if (depends !== expected)
        wrong.push(`${JSON.stringify(to)} ${depends ? 'sees' : 'misses'} ${JSON.stringify(from)}`);
    }),
  );
  expect(wrong).toEqual([]);
}

/** Everything earlier within R columns, and within R + 1 rows above. */
const gatedReach =
  (R: number): Reach =>
  (from, to) =>
    Math.abs(from.column - to.column) <= R && to.row - from.row <= R + 1;

/** Offsets that a chain of masked windows reaches: a sum of one offset per window, found by adding window after window. */
function plainReach(reaches: readonly number[]): Reach {
  let offsets = new Set(['0,0']);
  reaches.forEach((reach, index) => {
    const next = new Set<string>();
    for (const offset of offsets) {
      const [up, right] = offset.split(',').map(Number) as [number, number];
      for (let r = 0; r <= reach; r++) {
        // The own row ends at the position: hidden in the first window alone.
        for (let c = -reach; c <= (r > 0 ? reach : index === 0 ? -1 : 0); c++) next.add(`${up + r},${right + c}`);
      }
    }
    offsets = next;
  });
  return (from, to) => offsets.has(`${to.row - from.row},${from.column - to.column}`);
}

describe.each(['cpu', 'wasm'])('what sees what, on %s', (backend) => {
  beforeAll(async () => {
    tf.enableProdMode();
    await tf.setBackend(backend);
  });

  const small = { features: 6, firstKernel: 3, levels: 3 };

  it.each([
    [[4, 4], {}],
    // Groups of two ReLUs die too easily to show anything.
    [[3, 3, 3], { features: 15, layers: 3 }],
    [[3, 4, 2], { head: 'logistic-mixture', components: 2 }],
    [[1, 4], {}],
    [[4, 1], { skip: 'none' }],
  ])('gated, enough layers for %j with %j: every logit sees all earlier elements and no other', (event, more) => {
    const model = imageModel({ type: 'gated-pixelcnn', layers: 3, ...small, ...more }, { event });
    expectPattern(model, () => true);
    model.dispose();
  });

  it.each([
    [1, 3, 1],
    [2, 3, 2],
    [2, 5, 3],
  ])(
    'gated, %i layers, the first of side %i: the whole receptive field and nothing beyond',
    (layers, firstKernel, R) => {
      const model = imageModel({ type: 'gated-pixelcnn', layers, ...small, firstKernel }, { event: [4, 5] });
      expectPattern(model, gatedReach(R));
      model.dispose();
    },
  );

  it('gated with a context: no later element either', () => {
    const context = tf.tensor2d([1, -1, 0.5, 2, -2, 0, 0.3, 1], [IMAGES, 2]);
    const model = imageModel({ type: 'gated-pixelcnn', layers: 3, ...small }, { event: [3, 3], contextSize: 2 });
    expectPattern(model, () => true, context);
    model.dispose();
    context.dispose();
  });

  it.each([
    [[4, 5], [1, 1, 1], 3],
    [[4, 6], [2, 1], 5],
    [[2, 4, 3], [1, 1], 3],
  ])(
    'plain, %j with windows reaching %j: its windows, no later element, and a blind spot',
    (event: number[], reaches: number[], firstKernel: number) => {
      const config = { type: 'pixelcnn', ...small, features: 12, firstKernel, blocks: reaches.length - 1 } as const;
      const model = imageModel(config, { event });
      const reach = plainReach(reaches);
      expectPattern(model, reach);
      // One row up, further to the right than the windows reach up: earlier, never seen.
      expect(reach({ row: 0, column: event[1]! - 1 }, { row: 1, column: 0 })).toBe(false);
      model.dispose();
    },
  );

  it('a linear mixture of colours: the network sees whole earlier pixels and not its own', () => {
    const config = { head: 'logistic-mixture', components: 2, colors: 'linear', layers: 3 };
    const model = imageModel({ type: 'gated-pixelcnn', ...small, ...config }, { event: [3, 3, 3] });
    const x = randomLevels([1, 3, 3, 3], 3);
    for (let position = 0; position < 9; position++) {
      const gradient = tf.tidy(() => {
        const sum = (image: tf.Tensor): tf.Tensor => {
          const all = tf.reshape(model.headParameters(image), [9, -1]);
          return tf.sum(tf.slice(all, [position, 0], [1, -1]));
        };
        return tf.grad(sum)(x).dataSync();
      });
      gradient.forEach((value, i) => expect(value !== 0).toBe(Math.floor(i / 3) < position));
    }
    x.dispose();
    model.dispose();
  });
});
