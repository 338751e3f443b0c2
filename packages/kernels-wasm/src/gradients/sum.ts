import * as tf from '@tensorflow/tfjs';

interface SumAttributes {
  readonly axis: number | number[];
}

/**
 * Gradient of `Sum`: dy, repeated along the reduced axes. tfjs multiplies with ones that it makes in JavaScript and copies
 * to the backend, which takes longer than all the rest; here the backend makes them.
 */
export function sumGradient(): tf.GradConfig {
  return repeatingGradient('Sum', () => 1);
}

/** Gradient of `Mean`: dy, repeated along the reduced axes and divided by their size. */
export function meanGradient(): tf.GradConfig {
  return repeatingGradient('Mean', (size) => 1 / size);
}

function repeatingGradient(kernelName: string, factor: (size: number) => number): tf.GradConfig {
  return {
    kernelName,
    // Only its shape is read; saving it costs a reference, not a copy.
    inputsToSave: ['x'],
    gradFunc: (dy, [x], attrs) => {
      const { shape } = x!;
      const axes = tf.util.parseAxisParam((attrs as unknown as SumAttributes).axis, shape);
      const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
      const size = axes.reduce((product, axis) => product * shape[axis]!, 1);
      return { x: () => tf.mul(tf.reshape(dy as tf.Tensor, kept), tf.fill(shape, factor(size), 'float32')) };
    },
  };
}
