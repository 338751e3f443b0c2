import * as tf from '@tensorflow/tfjs';
import type { ScalarMapped } from '../../contracts/transformer.ts';
import type { MixtureKernel } from './mixture-kernel.ts';

/**
 * A mixture by its typed-array kernel, as one node of the tape with an analytic gradient.
 *
 * @param input `[...shape]`.
 * @param parameters `[...shape, P]`.
 */
export function mixtureOfArrays(
  kernel: MixtureKernel,
  input: tf.Tensor,
  parameters: tf.Tensor,
  { solve }: { readonly solve: boolean },
): ScalarMapped {
  const shape = input.shape;
  // A custom gradient has one output: values first, log-derivatives second.
  const evaluate = tf.customGrad((value, raw) => {
    const [values, raws] = [value as tf.Tensor, raw as tf.Tensor];
    const numbers = values.dataSync<'float32'>();
    const rawNumbers = raws.dataSync<'float32'>();
    const rawShape = raws.shape;
    const points = kernel.evaluate(numbers, rawNumbers, solve);
    return {
      value: tf.tensor(points.output, [2, ...shape], 'float32'),
      gradFunc: (dy: tf.Tensor) => {
        const upstream = dy.dataSync<'float32'>();
        const gradients = kernel.gradients(points, numbers, rawNumbers, { solve, upstream });
        return [tf.tensor(gradients.input, shape, 'float32'), tf.tensor(gradients.raw, rawShape, 'float32')];
      },
    };
  });
  const both = evaluate(input, parameters);
  const half = (index: 0 | 1): tf.Tensor =>
    tf.reshape(tf.slice(both, [index, ...shape.map(() => 0)], [1, ...shape]), shape);
  return { value: half(0), logDerivative: half(1) };
}
