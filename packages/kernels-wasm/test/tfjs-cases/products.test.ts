import * as tf from '@tensorflow/tfjs';
import { describeCases } from './cases.ts';

const count = (shape: number[], from = 1): tf.Tensor =>
  tf.tensor(
    Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => from + i),
    shape,
  );

describeCases(
  'matMul',
  [
    {
      name: '[2,3] · [3,2]',
      run: () => tf.matMul(count([2, 3]), tf.tensor2d([0, 1, -3, 2, 2, 1], [3, 2])),
      shape: [2, 2],
      values: [0, 8, -3, 20],
    },
    {
      name: 'a transposed',
      run: () => tf.matMul(count([3, 2]), tf.tensor2d([0, 1, -3, 2, 2, 1], [3, 2]), true),
      shape: [2, 2],
      values: [1, 12, 0, 16],
    },
    {
      name: 'b transposed',
      run: () => tf.matMul(count([3, 2]), tf.tensor2d([0, 1, -3, 2, 2, 1], [3, 2]), false, true),
      shape: [3, 3],
      values: [2, 1, 4, 4, -1, 10, 6, -3, 16],
    },
    {
      name: 'both transposed',
      run: () => tf.matMul(count([3, 2]), tf.tensor2d([0, 1, -3, 2, 2, 1], [2, 3]), true, true),
      shape: [2, 2],
      values: [-12, 13, -14, 18],
    },
    {
      name: 'batches',
      run: () => tf.matMul(count([2, 2, 2]), tf.tensor3d([1, 0, 0, 1, 2, 1, 0, 1], [2, 2, 2])),
      shape: [2, 2, 2],
      values: [1, 2, 3, 4, 10, 11, 14, 15],
    },
    {
      name: 'batches of a broadcast over one b',
      run: () => tf.matMul(count([2, 1, 2]), tf.tensor3d([1, 10, 100, 1000], [1, 2, 2])),
      shape: [2, 1, 2],
      values: [201, 2010, 403, 4030],
    },
    {
      name: 'outer axes that broadcast on both sides',
      run: () => tf.matMul(count([2, 1, 1, 1]), count([1, 3, 1, 1], 10)),
      shape: [2, 3, 1, 1],
      values: [10, 11, 12, 20, 22, 24],
      cpuDiffers: 'it makes as many products as the larger operand has matrices',
    },
    {
      name: 'ranks that differ',
      run: () => tf.matMul(count([2, 1, 2]), count([2, 1])),
      shape: [2, 1, 1],
      values: [5, 11],
    },
    {
      name: 'NaN stays in its row',
      run: () => tf.matMul(tf.tensor2d([1, NaN, 2, 3], [2, 2]), tf.eye(2)),
      shape: [2, 2],
      values: [NaN, NaN, 2, 3],
    },
    {
      name: 'nothing to sum',
      run: () => tf.matMul(tf.ones([2, 0]), tf.ones([0, 2])),
      shape: [2, 2],
      values: [0, 0, 0, 0],
    },
    { name: 'no rows', run: () => tf.matMul(tf.ones([0, 5]), tf.ones([5, 3])), shape: [0, 3], values: [] },
    { name: 'dot of vectors', run: () => tf.dot(tf.tensor1d([1, 2]), tf.tensor1d([3, 4])), shape: [], values: [11] },
    {
      name: 'outer product',
      run: () => tf.outerProduct(tf.tensor1d([1, 2]), tf.tensor1d([3, 4, 5])),
      shape: [2, 3],
      values: [3, 4, 5, 6, 8, 10],
    },
    {
      name: 'gradient of a',
      run: () => tf.grad((a) => tf.sum(tf.matMul(a, tf.tensor2d([2, 3, 4, 1, 2, 3], [3, 2]))))(count([2, 3])),
      shape: [2, 3],
      values: [5, 5, 5, 5, 5, 5],
    },
  ],
  [
    {
      name: 'inner sizes that differ',
      run: () => tf.matMul(tf.ones([2, 3]), tf.ones([2, 2])),
      words: 'Error in matMul: inner shapes (3) and (2) of Tensors with shapes 2,3 and 2,2',
    },
    {
      name: 'inner sizes that differ when transposed',
      run: () => tf.matMul(tf.ones([3, 2]), tf.ones([3, 2]), true, true),
      words: 'transposeA=true and transposeB=true must match',
    },
    {
      name: 'outer axes that do not broadcast',
      run: () => tf.matMul(tf.ones([2, 2, 2]), tf.ones([3, 2, 2])),
      words: 'could not be broadcast together with shapes',
    },
    {
      name: 'a null',
      run: () => tf.matMul(null as unknown as tf.Tensor, tf.ones([2, 2])),
      words: "'a' passed to 'matMul'",
    },
  ],
);

const a = (): tf.Tensor2D => count([2, 3]) as tf.Tensor2D;
const b = (): tf.Tensor2D => tf.tensor2d([0, 1, -3, 2, 2, 1], [3, 2]);

describeCases(
  'fused.matMul',
  [
    { name: 'alone', run: () => tf.fused.matMul({ a: a(), b: b() }), shape: [2, 2], values: [0, 8, -3, 20] },
    {
      name: 'relu',
      run: () => tf.fused.matMul({ a: a(), b: b(), activation: 'relu' }),
      shape: [2, 2],
      values: [0, 8, 0, 20],
    },
    {
      name: 'elu',
      run: () => tf.fused.matMul({ a: a(), b: b(), activation: 'elu' }),
      shape: [2, 2],
      values: [0, 8, -0.9502129316, 20],
    },
    {
      name: 'relu6',
      run: () => tf.fused.matMul({ a: a(), b: b(), activation: 'relu6' }),
      shape: [2, 2],
      values: [0, 6, 0, 6],
    },
    {
      name: 'sigmoid',
      run: () => tf.fused.matMul({ a: a(), b: b(), activation: 'sigmoid' }),
      shape: [2, 2],
      values: [0.5, 0.9996646499, 0.0474258732, 0.9999999979],
    },
    {
      name: 'leakyrelu',
      run: () => tf.fused.matMul({ a: a(), b: b(), activation: 'leakyrelu', leakyreluAlpha: 0.3 }),
      shape: [2, 2],
      values: [0, 8, -0.9, 20],
    },
    {
      name: 'prelu with weights for each column',
      run: () =>
        tf.fused.matMul({
          a: a(),
          b: b(),
          activation: 'prelu',
          preluActivationWeights: tf.tensor2d([0.5, 0.5], [1, 2]),
        }),
      shape: [2, 2],
      values: [0, 8, -1.5, 20],
    },
    {
      name: 'bias for each column and relu',
      run: () => tf.fused.matMul({ a: a(), b: b(), bias: tf.tensor1d([-1, 5]), activation: 'relu' }),
      shape: [2, 2],
      values: [0, 13, 0, 25],
    },
    {
      name: 'bias of one number',
      run: () => tf.fused.matMul({ a: a(), b: b(), bias: tf.scalar(1) }),
      shape: [2, 2],
      values: [1, 9, -2, 21],
    },
    {
      name: 'transposed b with bias',
      run: () => tf.fused.matMul({ a: a(), b: a(), bias: tf.tensor1d([100, 200]), transposeB: true }),
      shape: [2, 2],
      values: [114, 232, 132, 277],
    },
  ],
  [
    {
      name: 'inner sizes that differ',
      run: () => tf.fused.matMul({ a: a(), b: a() }),
      words: 'Error in fused matMul: inner shapes (3) and (2)',
    },
    {
      name: 'a bias that does not broadcast',
      run: () => tf.fused.matMul({ a: a(), b: b(), bias: tf.tensor1d([1, 2, 3]) }),
      words: 'could not be broadcast together with shapes',
    },
  ],
);

describeCases(
  'einsum',
  [
    { name: 'i,i->', run: () => tf.einsum('i,i->', count([3]), count([3])), shape: [], values: [14] },
    { name: 'ij->ji', run: () => tf.einsum('ij->ji', count([2, 3])), shape: [3, 2], values: [1, 4, 2, 5, 3, 6] },
    { name: 'ij->', run: () => tf.einsum('ij->', count([2, 2])), shape: [], values: [10] },
    { name: 'ij->i', run: () => tf.einsum('ij->i', count([2, 3])), shape: [2], values: [6, 15] },
    { name: 'ij,jk->ik', run: () => tf.einsum('ij,jk->ik', a(), b()), shape: [2, 2], values: [0, 8, -3, 20] },
    {
      name: 'bij,bjk->bik',
      run: () => tf.einsum('bij,bjk->bik', count([2, 1, 2]), count([2, 2, 1])),
      shape: [2, 1, 1],
      values: [5, 25],
    },
    {
      name: 'i,j->ij',
      run: () => tf.einsum('i,j->ij', count([2]), count([2], 3)),
      shape: [2, 2],
      values: [3, 4, 6, 8],
    },
    { name: 'ij,ij->', run: () => tf.einsum('ij,ij->', count([2, 2]), count([2, 2])), shape: [], values: [30] },
  ],
  [
    {
      name: 'no arrow',
      run: () => tf.einsum('ij,jk', a(), b()),
      words: 'Equations without an arrow are not supported',
    },
    { name: 'sizes that differ', run: () => tf.einsum('ij,jk->ik', a(), a()), words: 'Expected dimension' },
    { name: 'too few tensors', run: () => tf.einsum('ij,jk->ik', a()), words: 'Expected 2 input tensors, received 1' },
  ],
);
