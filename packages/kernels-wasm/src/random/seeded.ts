import * as tf from '@tensorflow/tfjs';
import { aleaWords } from './alea-words.ts';

/** Options of {@link randomNormal}. */
export interface RandomNormalOptions {
  /** Default: 0. */
  readonly mean?: number;
  /** Default: 1. */
  readonly standardDeviation?: number;
  /** The same seed gives the same numbers. Default, and for 0 as in tfjs: other numbers with each call. */
  readonly seed?: number;
}

/** Options of {@link randomUniform}. */
export interface RandomUniformOptions {
  /** Default: 0. */
  readonly minimum?: number;
  /** Default: 1. */
  readonly maximum?: number;
  /** The same seed gives the same numbers. Default: other numbers with each call. */
  readonly seed?: number | string;
}

/**
 * float32 normals, those of `tf.randomNormal(shape, mean, standardDeviation, 'float32', seed)` bit for bit, several times
 * faster after `accelerate()`, and with tfjs's own loop before it and on other backends. Where the engine's `Math.log` is
 * not that of fdlibm (as in V8 and SpiderMonkey), one number in about 2²⁸ may differ in its last bit. The caller disposes.
 *
 * @throws Error from tfjs for a shape with negative or broken sizes
 *
 * @example
 * const noise = randomNormal([64, 2], { seed: 7 });
 */
export function randomNormal(shape: readonly number[], options: RandomNormalOptions = {}): tf.Tensor {
  const { mean = 0, standardDeviation = 1, seed } = options;
  if (!hasKernel('AleaNormals')) return tf.randomNormal([...shape], mean, standardDeviation, 'float32', seed);
  tf.util.assertNonNegativeIntegerDimensions([...shape]);
  // tfjs takes the seed 0 for none.
  const words = aleaWords(String(seed === undefined || seed === 0 ? Math.random() : seed));
  return run('AleaNormals', { shape, words, mean, standardDeviation });
}

/**
 * float32 uniforms on [minimum, maximum), those of `tf.randomUniform(shape, minimum, maximum, 'float32', seed)` bit for bit,
 * several times faster after `accelerate()`, and with tfjs's own loop before it and on other backends. The caller
 * disposes.
 *
 * @throws Error from tfjs for a shape with negative or broken sizes
 *
 * @example
 * const corners = randomUniform([64, 2], { minimum: -1, maximum: 1, seed: 'corners' });
 */
export function randomUniform(shape: readonly number[], options: RandomUniformOptions = {}): tf.Tensor {
  const { minimum = 0, maximum = 1, seed } = options;
  if (!hasKernel('AleaUniforms')) return tf.randomUniform([...shape], minimum, maximum, 'float32', seed);
  tf.util.assertNonNegativeIntegerDimensions([...shape]);
  const words = aleaWords(String(seed ?? Math.random()));
  return run('AleaUniforms', { shape, words, minimum, maximum });
}

function hasKernel(name: string): boolean {
  return (tf.getKernel(name, tf.getBackend()) as tf.KernelConfig | undefined) !== undefined;
}

function run(name: string, attributes: object): tf.Tensor {
  return tf.engine().runKernel(name, {}, attributes as tf.NamedAttrMap);
}
