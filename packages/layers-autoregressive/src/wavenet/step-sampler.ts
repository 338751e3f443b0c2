import type { Random } from '@flowzoo/core';
import type { DiscreteHead } from '../heads/index.ts';
import { RingNetwork } from './cached/ring-network.ts';
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
 * Draws several signals step by step. Steps of the prompt are run like all others, uniforms included, and then overwritten:
 * a signal after a prompt meets the same uniforms as without.
 */
export class StepSampler {
  readonly #options: StepSamplerOptions;
  readonly #inputs: Float32Array;
  #time = 0;

  constructor(options: StepSamplerOptions) {
    this.#options = options;
    this.#inputs = new Float32Array(options.randoms.length);
  }

  /** The levels of the next steps, `[steps, count]`. */
  async next(steps: number): Promise<Float32Array> {
    const { source, head, randoms, temperature, prompts } = this.#options;
    const uniforms = randoms.map((random) => random.uniforms(steps * head.uniforms));
    if (source instanceof RingNetwork && head.type === 'categorical') {
      const given = prompts === null ? null : prompts.map((prompt) => Array.from(prompt).slice(this.#time));
      this.#time += steps;
      return source.draw({ steps, uniforms, given, temperature });
    }
    const count = randoms.length;
    const levels = new Float32Array(steps * count);
    for (let step = 0; step < steps; step++) {
      const found = source.step(this.#time === 0 ? null : this.#inputs);
      // Rings answer at once: a microtask for every step would cost more than a small network.
      const parameters = found instanceof Float32Array ? found : await found;
      const now = uniforms.map((row) => row.subarray(step * head.uniforms, (step + 1) * head.uniforms));
      this.#draw(levels.subarray(step * count, (step + 1) * count), parameters, now);
    }
    return levels;
  }

  /** Gives back what the source holds. */
  dispose(): void {
    if (this.#options.source instanceof RingNetwork) this.#options.source.dispose();
  }

  #draw(levels: Float32Array, parameters: Float32Array, uniforms: readonly Float32Array[]): void {
    const { head, temperature, prompts, toInput } = this.#options;
    for (let i = 0; i < levels.length; i++) {
      const given = prompts?.[i]?.[this.#time];
      const own = parameters.subarray(i * head.parameters, (i + 1) * head.parameters);
      const element = { channel: 0, parameters: own, uniforms: uniforms[i]!, levels: levels.subarray(i, i + 1) };
      levels[i] = given ?? head.draw({ ...element, temperature });
      this.#inputs[i] = toInput(levels[i]!);
    }
    this.#time++;
  }
}
