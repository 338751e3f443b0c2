import * as tf from '@tensorflow/tfjs';
import { sizeOf } from '../contracts/shape.ts';
import { runNamedKernel } from '../ops/named-kernel.ts';
import { explainOutOfMemory } from './out-of-memory.ts';

const HOST_BACKENDS: readonly string[] = ['cpu', 'wasm'];

/** One variable's place in the flat buffer. */
export interface FlatEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly size: number;
}

/**
 * All trained variables of a model as one vector, in the order of `model.variables`.
 *
 * Optimizers, clipping and averages then cost a handful of operations, however many variables there are: dispatching
 * Adam per variable costs more than the arithmetic of a small flow.
 */
export class FlatParameters {
  readonly entries: readonly FlatEntry[];
  /** Number of trained numbers. */
  readonly size: number;
  readonly #variables: readonly tf.Variable[];
  readonly #sizes: number[];
  readonly #hostMemory: boolean | undefined;

  /** `hostMemory` says where tensors live; by default the backend's name at each write decides. */
  constructor(variables: ReadonlyMap<string, tf.Variable>, options: { readonly hostMemory?: boolean } = {}) {
    this.#hostMemory = options.hostMemory;
    const trained = [...variables].filter(([, variable]) => variable.trainable);
    this.#variables = trained.map(([, variable]) => variable);
    this.entries = trained.map(([name, { shape }]) => ({ name, shape, size: sizeOf(shape) }));
    this.#sizes = this.entries.map((entry) => entry.size);
    this.size = this.entries.reduce((sum, entry) => sum + entry.size, 0);
  }

  /** The present values as one vector `[size]`; the caller disposes. */
  read(): tf.Tensor1D {
    return tf.tidy(() => join(this.#variables));
  }

  /** Replaces the values of all variables; the vector stays the caller's. */
  write(flat: tf.Tensor1D): void {
    if (this.#hostMemory === undefined && this.#assign(() => this.#cut(flat))) return;
    // Where tensors live in the memory of the CPU, one read and many small uploads are far cheaper than slices: wasm
    // copies the whole vector for each slice. On a GPU it is the other way round.
    const hostMemory = this.#hostMemory ?? HOST_BACKENDS.includes(tf.getBackend());
    if (hostMemory) this.writeValues(flat.dataSync<'float32'>());
    else this.#assign(() => tf.split(flat, this.#sizes));
  }

  /** As {@link write}, from numbers. */
  writeValues(values: Float32Array): void {
    let start = 0;
    this.#assign(() => this.#sizes.map((size) => tf.tensor1d(values.slice(start, (start += size)))));
  }

  /** By one kernel call, where the backend has that. */
  #cut(flat: tf.Tensor1D): tf.Tensor[] | null {
    return runNamedKernel('SplitFlat', { x: flat }, { shapes: this.entries.map(({ shape }) => shape) });
  }

  /** Says whether there were pieces. */
  #assign(pieces: () => readonly tf.Tensor[] | null): boolean {
    let found = false;
    tf.tidy(() => {
      const values = pieces();
      found = values !== null;
      values?.forEach((value, index) => {
        const variable = this.#variables[index]!;
        variable.assign(tf.reshape(value, variable.shape));
      });
    });
    return found;
  }

  /**
   * Value and flat gradient of a scalar function of the variables; the caller disposes both. `unused` names the
   * variables the function does not depend on, whose gradient is zero.
   */
  gradient(compute: () => tf.Scalar): {
    readonly value: tf.Scalar;
    readonly gradient: tf.Tensor1D;
    readonly unused: readonly string[];
  } {
    const unused: string[] = [];
    const [value, gradient] = tf.tidy(() => {
      const result = explainOutOfMemory(() => tf.variableGrads(compute, [...this.#variables]));
      const parts = this.#variables.map((variable, index) => {
        const part = result.grads[variable.name];
        if (part !== undefined && part !== null) return part;
        unused.push(this.entries[index]!.name);
        return tf.zeros(variable.shape);
      });
      return [result.value, join(parts)] as [tf.Scalar, tf.Tensor1D];
    });
    return { value, gradient, unused };
  }

  /** The variable that owns the number at an index of the flat vector. */
  nameAt(index: number): string {
    let end = 0;
    for (const entry of this.entries) {
      end += entry.size;
      if (index < end) return entry.name;
    }
    return '';
  }
}

/** Euclidean norm of a vector; summed in blocks, because a backend may accumulate a long sum in one float32. */
export function norm(vector: tf.Tensor1D): tf.Scalar {
  return tf.tidy(() => {
    const squares = tf.square(vector);
    const width = 1024;
    if (vector.size <= width) return tf.sqrt(tf.sum(squares)) as tf.Scalar;
    const rows = Math.ceil(vector.size / width);
    const padded = tf.pad1d(squares, [0, rows * width - vector.size]);
    return tf.sqrt(tf.sum(tf.sum(tf.reshape(padded, [rows, width]), 1))) as tf.Scalar;
  });
}

function join(tensors: readonly tf.Tensor[]): tf.Tensor1D {
  const flat = tensors.map((tensor) => tf.reshape(tensor, [tensor.size]) as tf.Tensor1D);
  return flat.length === 1 ? tf.clone(flat[0]!) : tf.concat1d(flat);
}
