import type * as tf from '@tensorflow/tfjs';
import type { Mode } from './mode.ts';

/** Values of a state entry as they stood in a file, for parts that derive index lists from their state. */
export type StateValues = Float32Array | Int32Array | Uint8Array;

/**
 * What bijectors, distributions, conditioners and transformers have in common: a type id, named variables, named state,
 * a mode and an end.
 */
export interface Part {
  /** Registry id, for example `affine-coupling`; a third party's carries its package as prefix, `acme/rotation`. */
  readonly type: string;
  /** Where the part stands in its spec, for example `layers[3].conditioner`; what errors name. */
  readonly path: string;
  /** Trained: owned by the part, created eagerly, dotted names, stable order. */
  readonly variables: ReadonlyMap<string, tf.Variable>;
  /** Saved but not trained (permutations, masks, flags, running statistics): non-trainable variables, same naming. */
  readonly state: ReadonlyMap<string, tf.Variable>;
  /** Sets training or evaluation and the source of noise, here and in every child. */
  setMode(mode: Mode): void;
  /** Called after a load replaced the state, with the values under this part's own names. */
  stateLoaded(values: ReadonlyMap<string, StateValues>): void;
  /** Disposes all variables and state, children's included; a second call does nothing. */
  dispose(): void;
}
