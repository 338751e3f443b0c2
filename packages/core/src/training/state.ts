import * as tf from '@tensorflow/tfjs';
import type { Part, StateValues } from '../contracts/part.ts';

/** Reads every state entry of a part. */
export async function readState(part: Part): Promise<Map<string, StateValues>> {
  const values = new Map<string, StateValues>();
  for (const [name, entry] of part.state) values.set(name, ((await entry.data()) as StateValues).slice());
  return values;
}

/** Replaces state entries by saved numbers and tells the part. */
export function writeState(part: Part, values: ReadonlyMap<string, StateValues>): void {
  for (const [name, entry] of part.state) {
    const saved = values.get(name);
    if (saved === undefined) continue;
    const tensor = tf.tensor(saved.slice(), entry.shape, entry.dtype);
    entry.assign(tensor);
    tensor.dispose();
  }
  part.stateLoaded(values);
}

/** Keeps the state of the last good step, so that a step that failed leaves no trace in running statistics. */
export class StateGuard {
  readonly #part: Part;
  readonly #copies = new Map<string, { readonly seen: object; readonly copy: tf.Tensor }>();

  constructor(part: Part) {
    this.#part = part;
  }

  /** Remembers the present state; entries that were not assigned since the last call cost nothing. */
  remember(): void {
    for (const [name, entry] of this.#part.state) {
      const held = this.#copies.get(name);
      if (held?.seen === entry.dataId) continue;
      held?.copy.dispose();
      this.#copies.set(name, { seen: entry.dataId, copy: tf.keep(tf.clone(entry)) });
    }
  }

  /** Puts the remembered state back. */
  restore(): void {
    for (const [name, entry] of this.#part.state) {
      const held = this.#copies.get(name);
      if (held !== undefined && held.seen !== entry.dataId) entry.assign(held.copy);
    }
  }

  dispose(): void {
    for (const { copy } of this.#copies.values()) copy.dispose();
    this.#copies.clear();
  }
}
