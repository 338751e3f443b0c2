import type { Random } from '@flowzoo/core';
import type { DiscreteHead } from '../heads/index.ts';
import type { StepSource } from './step-source.ts';

/** What a {@link StepSampler} draws from. */
export interface StepSamplerOptions {
  readonly source: StepSource;
  readonly head: DiscreteHead;
  /** One stream of uniforms for each signal. */
  readonly randoms: readonly Random[];
  readonly temperature: number;
  /** What the signals start with, each of the same length. */
  readonly prompts: readonly ArrayLike<number>[] | null;
  /** From levels to what the source is told of them. */
  readonly toInput: (level: number) => number;
}

/**
 * Draws several signals step by step. Steps of the prompt are run like all others, drawing included, and then overwritten:
 * a signal after a prompt meets the same uniforms as without.
 */
export class StepSampler {
  readonly #options: StepSamplerOptions;
  readonly #levels: Float32Array;
  readonly #inputs: Float32Array;
  #time = 0;

  constructor(options: StepSamplerOptions) {
    this.#options = options;
    this.#levels = new Float32Array(options.randoms.length);
    this.#inputs = new Float32Array(options.randoms.length);
  }

  /** The levels of the next step, one per signal, overwritten by the next call. */
  next(): Float32Array | Promise<Float32Array> {
    const found = this.#options.source.step(this.#time === 0 ? null : this.#inputs);
    // Rings answer at once: a microtask for every step would cost more than a small network.
    return found instanceof Float32Array ? this.#draw(found) : found.then((parameters) => this.#draw(parameters));
  }

  #draw(parameters: Float32Array): Float32Array {
    const { head, randoms, temperature, prompts, toInput } = this.#options;
    for (const [i, random] of randoms.entries()) {
      const uniforms = random.uniforms(head.uniforms);
      const given = prompts?.[i]?.[this.#time];
      const own = parameters.subarray(i * head.parameters, (i + 1) * head.parameters);
      const levels = this.#levels.subarray(i, i + 1);
      this.#levels[i] = given ?? head.draw({ channel: 0, parameters: own, uniforms, levels, temperature });
      this.#inputs[i] = toInput(this.#levels[i]!);
    }
    this.#time++;
    return this.#levels;
  }
}
