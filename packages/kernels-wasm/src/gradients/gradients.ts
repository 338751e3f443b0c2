import * as tf from '@tensorflow/tfjs';
import { convolutionGradient, convolutionInputGradientGradient } from './convolution.ts';
import { cumprodGradient } from './cumprod.ts';
import { depthToSpaceGradient } from './depth-to-space.ts';
import { depthwiseGradient } from './depthwise.ts';
import { meanGradient, sumGradient } from './sum.ts';

/** Makes a gradient that stands in for the one that tfjs has, if any. */
export type GradientFactory = (original: tf.GradConfig | undefined) => tf.GradConfig;

const FACTORIES: Readonly<Record<string, GradientFactory>> = {
  Conv2D: convolutionGradient,
  Conv2DBackpropInput: convolutionInputGradientGradient,
  DepthwiseConv2dNative: depthwiseGradient,
  Cumprod: cumprodGradient,
  DepthToSpace: depthToSpaceGradient,
  Sum: sumGradient,
  Mean: meanGradient,
};

/**
 * Registers gradients that tfjs lacks, for every backend: dilated convolutions, `cumprod` and `depthToSpace`; and those of
 * sums and means, for which tfjs makes ones in JavaScript. Everything else keeps the gradient of tfjs.
 *
 * @returns Puts back what was there before.
 */
export function registerGradients(): () => void {
  const undos = Object.entries(FACTORIES).map(([name, create]) => {
    const original = tf.getGradient(name) as tf.GradConfig | undefined;
    replace(name, create(original));
    return () => replace(name, original);
  });
  return () => {
    for (const undo of undos) undo();
  };
}

function replace(name: string, config: tf.GradConfig | undefined): void {
  // Registering over an existing gradient works too, but tfjs then prints a warning.
  if ((tf.getGradient(name) as tf.GradConfig | undefined) !== undefined) tf.unregisterGradient(name);
  if (config !== undefined) tf.registerGradient(config);
}
