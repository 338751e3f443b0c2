import type * as tf from '@tensorflow/tfjs';
import type { Bijector } from '../../contracts/bijector.ts';
import type { Random } from '../../random/random.ts';
import { drawTensor, type Subject } from '../subject.ts';

/** `[rows, ...dataShape]` of typical data. */
export function dataRows({ part, given }: Subject<Bijector>, rows: number, random: Random): tf.Tensor {
  return drawTensor(given.domain, part.dataShape, rows, random);
}

/** `[rows, ...latentShape]` of typical latents. */
export function latentRows({ part, given }: Subject<Bijector>, rows: number, random: Random): tf.Tensor {
  return drawTensor(given.latentDomain, part.latentShape, rows, random);
}

/** `[rows, contextSize]`, or undefined for a part without context. */
export function contextRows(
  { part }: { readonly part: { readonly contextSize: number } },
  rows: number,
  random: Random,
): tf.Tensor | undefined {
  return part.contextSize === 0 ? undefined : drawTensor('real', [part.contextSize], rows, random);
}
