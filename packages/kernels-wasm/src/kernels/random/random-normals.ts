import * as tf from '@tensorflow/tfjs';
import type { KernelFunc } from '@tensorflow/tfjs';
import { kernel, type KernelTools } from '../kernel-group.ts';

/** Four words of the generator, then room for the point of an odd last normal. */
const STATE_BYTES = 24;

/** Attributes of `RandomNormals`. */
export interface RandomNormalsAttributes {
  readonly shape: readonly number[];
  /** The four words of xoshiro128**, as unsigned integers. */
  readonly words: readonly [number, number, number, number];
  /** The second normal of the last point, when it was not used yet; it comes first. */
  readonly spare: number | null;
}

/**
 * Standard normals from xoshiro128** by the polar method: for each point u, v uniform on (−1, 1) with 0 < s = u² + v² < 1,
 * the two numbers u √(−2 log s / s) and v √(−2 log s / s), in float64, rounded to float32. Words are mapped to
 * u = 2 (word + ½) / 2³² − 1.
 *
 * Two outputs: the float32 normals of `shape`, and an int32 vector of 7 with what the next call needs: the four words,
 * then 1 or 0 for whether there is a spare, then the low and the high half of the spare's 64 bits. The logarithm is that
 * of fdlibm, so with `Math.log` in V8 and SpiderMonkey the same loop in JavaScript gives the same bits; a `Math.log` that
 * differs by one unit of float64 changes about one float32 result in 2²⁸.
 */
export function randomNormals({ host, functions }: KernelTools): KernelFunc {
  const run = functions['xoshiroNormals']!;
  return kernel<never, RandomNormalsAttributes>(({ attrs }) => {
    const y = host.output(attrs.shape);
    const next = host.output([7], 'int32');
    const state = host.scratch(STATE_BYTES);
    new Uint32Array(host.memory.buffer, state, 4).set(attrs.words);
    const count = tf.util.sizeFromShape(y.shape);
    const drawn = attrs.spare !== null && count > 0 ? count - 1 : count;
    if (drawn < count) (host.view(y) as Float32Array)[0] = attrs.spare!;
    const second = run(state, host.pointer(y) + 4 * (count - drawn), drawn);
    const spare = drawn % 2 === 1 ? second : drawn < count ? null : attrs.spare;
    const view = host.view(next);
    view.set(new Int32Array(host.memory.buffer, state, 4));
    view.set([spare === null ? 0 : 1, ...new Int32Array(Float64Array.of(spare ?? 0).buffer)], 4);
    return [y, next];
  });
}
