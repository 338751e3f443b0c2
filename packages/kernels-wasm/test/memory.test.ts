import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restore } from '../src/index.ts';
import { expectClose, numbers, onCpu, useAccelerated } from './compare.ts';

interface Backend {
  readonly wasm: {
    _malloc(bytes: number): number;
    readonly _free: (address: number) => void;
    readonly asm: { readonly memory: WebAssembly.Memory };
  };
  numDataIds(): number;
}
const backend = (): Backend => tf.backend() as unknown as Backend;
const heapBytes = (): number => backend().wasm.asm.memory.buffer.byteLength;
const usage = (): number[] => [heapBytes(), backend().numDataIds(), tf.memory().numTensors];

const filled = (shape: number[], seed = 1): tf.Tensor => tf.tensor(numbers(tf.util.sizeFromShape(shape), seed), shape);

beforeAll(useAccelerated);
afterAll(restore);

describe('the heap', () => {
  it.each([
    ['ten thousand steps of a small training', 10_000, false],
    ['five hundred steps with a convolution, a gather and a softmax', 500, true],
  ])('does not grow over %s', (_name, steps, large) => {
    const table = tf.variable(filled([5, 3], 1));
    const filter = tf.variable(filled([2, 1, 3, 2], 2) as tf.Tensor4D);
    const dense = tf.variable(filled([6, 2], 3) as tf.Tensor2D);
    const [ids, targets] = [tf.tensor2d([0, 1, 4, 2, 3, 3, 1, 0], [2, 4], 'int32'), tf.tensor2d([1, 0, 0, 1], [2, 2])];
    const plain = filled([2, 6], 4) as tf.Tensor2D;
    const optimizer = tf.train.sgd(0.01);
    const features = (): tf.Tensor2D => {
      if (!large) return plain;
      const x = tf.reshape(tf.gather(table, ids), [2, 4, 1, 3]) as tf.Tensor4D;
      return tf.reshape(tf.conv2d(x, filter, 1, 'valid'), [2, 6]);
    };
    const loss = (): tf.Scalar => {
      const scores = tf.matMul(features(), dense);
      const fit = large ? tf.neg(tf.mul(targets, tf.log(tf.softmax(scores)))) : tf.square(tf.sub(scores, targets));
      return tf.sum(fit) as tf.Scalar;
    };
    const variables = large ? [table, filter, dense] : [dense];
    const step = (): void => void optimizer.minimize(loss, false, variables);
    for (let warm = 0; warm < 50; warm++) step();
    const before = usage();
    for (let taken = 50; taken < steps; taken++) step();
    expect(usage()).toEqual(before);
    tf.dispose([table, filter, dense, ids, targets, plain]);
    optimizer.dispose();
  });

  const programs: Readonly<
    Record<string, readonly [inputs: () => tf.Tensor[], run: (...x: tf.Tensor[]) => tf.Tensor]>
  > = {
    products: [() => [filled([70, 9], 1), filled([9, 70], 2)], (a, b) => tf.matMul(a!, b!)],
    convolutions: [
      () => [filled([2, 9, 9, 3], 3), filled([3, 3, 3, 4], 4)],
      (x, filter) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same'),
    ],
    'gradients of convolutions': [
      () => [filled([2, 9, 9, 3], 5), filled([3, 3, 3, 4], 6)],
      (x, filter) => tf.grad((f) => tf.sum(tf.conv2d(x as tf.Tensor4D, f as tf.Tensor4D, 1, 'same')))(filter!),
    ],
    reductions: [() => [filled([31, 7, 31], 7)], (x) => tf.sum(x!, [0, 2])],
    'running sums': [() => [filled([70, 70], 8)], (x) => tf.cumsum(x!, 0)],
    'functions of one number': [() => [filled([70, 70], 9)], (x) => tf.tanh(x!)],
    'functions of two numbers': [() => [filled([70, 1], 10), filled([1, 70], 11)], (a, b) => tf.add(a!, b!)],
    gathers: [() => [filled([9, 9], 12)], (x) => tf.gather(x!, [8, 0, 3], 1)],
  };

  it.each(Object.entries(programs))('may grow in the middle of %s', async (_name, [inputs, run]) => {
    const expected = (await onCpu(() => run(...inputs())))[0]!;
    const given = inputs();
    const start = heapBytes();
    const letGo = growAtNextAllocation();
    const result = tf.tidy(() => run(...given));
    letGo();
    expect(heapBytes()).toBeGreaterThan(start);
    expect(result.shape).toEqual(expected.shape);
    expectClose(result.dataSync(), expected.numbers, { absolute: 1e-4, relative: 1e-5 });
    tf.dispose([result, ...given]);
  });
});

/** Bytes that were asked for in vain the last time. */
let asked = 0;

/** Lets the heap grow inside the next allocation, when a kernel has its inputs and has not got its output yet. */
function growAtNextAllocation(): () => void {
  const { wasm } = backend();
  const allocate = wasm._malloc;
  let grown = false;
  wasm._malloc = (bytes) => {
    const before = heapBytes();
    while (!grown) {
      asked += 2 ** 20;
      const place = allocate(asked);
      grown = heapBytes() > before;
      wasm._free(place);
    }
    return allocate(bytes);
  };
  return () => {
    wasm._malloc = allocate;
  };
}
