import * as tf from '@tensorflow/tfjs';
import type { RingKernel } from './kernel.ts';
import type { RingProgram } from './program.ts';

/**
 * A tfjs kernel of this name runs the programs of this folder in place: attributes `words`, `floats`, `operation` (`global`,
 * `local`, `step`, `draw`), `steps` and `temperature`. `@flowzoo/kernels-native` registers one while it is active.
 */
export const KERNEL = 'FlowzooWaveNet';

/** Runs a program on a kernel of tfjs's present backend. */
export class BackendKernel implements RingKernel {
  readonly floats: Float32Array;
  readonly #words: Int32Array;
  readonly #run: tf.KernelFunc;

  /** Null where the backend has none. */
  static create(program: RingProgram): BackendKernel | null {
    const config = tf.getKernel(KERNEL, tf.getBackend()) as tf.KernelConfig | undefined;
    return config === undefined ? null : new BackendKernel(program, config.kernelFunc);
  }

  private constructor(program: RingProgram, run: tf.KernelFunc) {
    this.#words = program.words.slice();
    this.floats = new Float32Array(program.size);
    program.fill(this.floats);
    this.#run = run;
  }

  condition(part: 'global' | 'local'): void {
    this.#ask({ operation: part });
  }

  step(): void {
    this.#ask({ operation: 'step' });
  }

  draw(steps: number, temperature: number): void {
    this.#ask({ operation: 'draw', steps, temperature });
  }

  dispose(): void {
    // The arrays are nobody else's.
  }

  #ask(attributes: { readonly operation: string; readonly steps?: number; readonly temperature?: number }): void {
    const attrs = { words: this.#words, floats: this.floats, ...attributes } as unknown as tf.NamedAttrMap;
    this.#run({ inputs: {}, attrs, backend: tf.backend() });
  }
}
