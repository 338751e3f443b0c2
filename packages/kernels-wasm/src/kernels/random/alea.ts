import * as tf from '@tensorflow/tfjs';
import type { KernelFunc } from '@tensorflow/tfjs';
import type { Host } from '../../host/host.ts';
import { kernel, type KernelTools } from '../kernel-group.ts';

/** Three words and the carry of the generator, then room for the point of an odd last normal. */
const STATE_BYTES = 24;

interface AleaAttributes {
  readonly shape: readonly number[];
  /** The words of a fresh generator, from `aleaWords`. */
  readonly words: readonly [number, number, number];
}

/** Attributes of `AleaNormals`. */
export interface AleaNormalsAttributes extends AleaAttributes {
  readonly mean: number;
  readonly standardDeviation: number;
}

/** Attributes of `AleaUniforms`. */
export interface AleaUniformsAttributes extends AleaAttributes {
  readonly minimum: number;
  readonly maximum: number;
}

/** float32 normals of the given shape, those of `tf.randomNormal` for the seed that the words come from. */
export function aleaNormals({ host, functions }: KernelTools): KernelFunc {
  const run = functions['aleaNormals']!;
  return kernel<never, AleaNormalsAttributes>(({ attrs }) => {
    const y = host.output(attrs.shape);
    const count = tf.util.sizeFromShape(y.shape);
    run(freshState(host, attrs.words), host.pointer(y), count, attrs.mean, attrs.standardDeviation);
    return y;
  });
}

/** float32 uniforms of the given shape, those of `tf.randomUniform` for the seed that the words come from. */
export function aleaUniforms({ host, functions }: KernelTools): KernelFunc {
  const run = functions['aleaUniforms']!;
  return kernel<never, AleaUniformsAttributes>(({ attrs }) => {
    const y = host.output(attrs.shape);
    const count = tf.util.sizeFromShape(y.shape);
    run(freshState(host, attrs.words), host.pointer(y), count, attrs.minimum, attrs.maximum - attrs.minimum);
    return y;
  });
}

function freshState(host: Host, words: readonly [number, number, number]): number {
  const state = host.scratch(STATE_BYTES);
  new Uint32Array(host.memory.buffer, state, 4).set([...words, 1]);
  return state;
}
