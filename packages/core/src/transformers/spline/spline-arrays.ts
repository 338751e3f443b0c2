import * as tf from '@tensorflow/tfjs';
import type { ScalarMapped } from '../../contracts/transformer.ts';
import type { SplineKernel } from './spline-kernel.ts';

/**
 * The spline by its typed-array kernel, as one node of the tape with an analytic gradient.
 *
 * @param input `[...shape]`.
 * @param parameters `[...shape, P]`.
 */
export function splineOfArrays(
  kernel: SplineKernel,
  input: tf.Tensor,
  parameters: tf.Tensor,
  options: { readonly solve: boolean },
): ScalarMapped {
  const shape = input.shape;
  // A custom gradient has one output: values first, log-derivatives second.
  const evaluate = tf.customGrad((value, raw) => {
    const [values, raws] = [value as tf.Tensor, raw as tf.Tensor];
    const numbers = values.dataSync<'float32'>();
    const rawNumbers = raws.dataSync<'float32'>();
    const rawShape = raws.shape;
    return {
      value: tf.tensor(kernel.evaluate(numbers, rawNumbers, options.solve), [2, ...shape], 'float32'),
      gradFunc: (dy: tf.Tensor) => {
        const gradients = kernel.gradients(numbers, rawNumbers, options.solve, dy.dataSync<'float32'>());
        return [tf.tensor(gradients.input, shape, 'float32'), tf.tensor(gradients.raw, rawShape, 'float32')];
      },
    };
  });
  const both = evaluate(input, parameters);
  const half = (index: 0 | 1): tf.Tensor =>
    tf.reshape(tf.slice(both, [index, ...shape.map(() => 0)], [1, ...shape]), shape);
  return { value: half(0), logDerivative: half(1) };
}
