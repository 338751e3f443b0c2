import * as tf from '@tensorflow/tfjs';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import { runNamedKernel } from '../ops/named-kernel.ts';

/** A resolved choice of optimizer. */
export interface OptimizerSettings {
  readonly type: 'adam' | 'adamax';
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

/** What one update gets besides the vectors. */
export interface UpdateOptions {
  /** Learning rate of this step, schedule included. */
  readonly learningRate: number;
  /** Number of this update, from 1. */
  readonly iteration: number;
}

/**
 * An update rule on flat vectors. Another implementation, one fused kernel call for example, is passed to `fit` as
 * `createOptimizer`.
 */
export interface Optimizer {
  /** What a checkpoint saves, by name: vectors of the length of the parameters. */
  readonly slots: ReadonlyMap<string, tf.Tensor1D>;
  /** The updated parameters; both arguments stay the caller's, who also disposes the result. */
  step(parameters: tf.Tensor1D, gradient: tf.Tensor1D, options: UpdateOptions): tf.Tensor1D;
  /** Replaces the slots by saved numbers. @throws E_CHECKPOINT when one is missing */
  restore(slots: ReadonlyMap<string, Float32Array>): void;
  dispose(): void;
}

/** Makes an optimizer for a number of parameters. */
export type OptimizerFactory = (settings: OptimizerSettings, size: number) => Optimizer;

/** The optimizers of core: {@link Adam} and {@link Adamax}. */
export const createOptimizer: OptimizerFactory = (settings, size) =>
  settings.type === 'adam' ? new Adam(settings, size) : new Adamax(settings, size);

/** Slots of a rule that keeps two moving averages. */
abstract class TwoSlots implements Optimizer {
  protected readonly settings: OptimizerSettings;
  /** The rule as one kernel, for backends that have it. */
  protected abstract readonly kernel: string;
  readonly #slots = new Map<string, tf.Tensor1D>();

  constructor(settings: OptimizerSettings, size: number, names: readonly [string, string]) {
    this.settings = settings;
    for (const name of names) this.#slots.set(name, tf.keep(tf.zeros([size])) as tf.Tensor1D);
  }

  get slots(): ReadonlyMap<string, tf.Tensor1D> {
    return this.#slots;
  }

  step(parameters: tf.Tensor1D, gradient: tf.Tensor1D, options: UpdateOptions): tf.Tensor1D {
    const names = [...this.#slots.keys()];
    const [next, ...slots] = tf.tidy(() => {
      const { beta1, beta2, epsilon, weightDecay } = this.settings;
      const inputs = [parameters, gradient, ...this.#slots.values()];
      const fused = runNamedKernel(this.kernel, inputs, { beta1, beta2, epsilon, weightDecay, ...options });
      if (fused !== null) return fused as tf.Tensor1D[];
      const { update, slots: updated } = this.rule(gradient, options);
      const kept = 1 - options.learningRate * this.settings.weightDecay;
      const decayed = kept === 1 ? parameters : tf.mul(parameters, kept);
      return [tf.sub(decayed, update), ...updated] as tf.Tensor1D[];
    });
    slots.forEach((slot, index) => this.#replace(names[index]!, slot));
    return next!;
  }

  restore(slots: ReadonlyMap<string, Float32Array>): void {
    const missing = [...this.#slots.keys()].filter((name) => !slots.has(name));
    if (missing.length > 0) {
      throw new FlowzooError('E_CHECKPOINT', 'the checkpoint was made with another optimizer', {
        at: 'resume.slots',
        expected: [...this.#slots.keys()].join(', '),
        found: [...slots.keys()].join(', ') || 'none',
        remedy: 'Resume with the optimizer the training was started with',
      });
    }
    for (const name of this.#slots.keys()) this.#replace(name, tf.tensor1d(slots.get(name)!.slice()));
  }

  dispose(): void {
    for (const slot of this.#slots.values()) slot.dispose();
    this.#slots.clear();
  }

  /** What is subtracted from the parameters, and the new slots; runs inside a tidy scope. */
  protected abstract rule(
    gradient: tf.Tensor1D,
    options: UpdateOptions,
  ): { readonly update: tf.Tensor; readonly slots: readonly [tf.Tensor, tf.Tensor] };

  protected slot(name: string): tf.Tensor1D {
    return this.#slots.get(name)!;
  }

  #replace(name: string, value: tf.Tensor1D): void {
    this.#slots.get(name)?.dispose();
    this.#slots.set(name, tf.keep(value));
  }
}

/**
 * Adam with decoupled weight decay: θ ← (1 − η λ) θ − η m̂ / (√v̂ + ε) (Kingma & Ba 2015, algorithm 1; Loshchilov &
 * Hutter 2019, algorithm 2), λ = `weightDecay`, the decay applied to every variable.
 */
export class Adam extends TwoSlots {
  protected readonly kernel = 'AdamStep';

  constructor(settings: OptimizerSettings, size: number) {
    super(settings, size, ['m', 'v']);
  }

  protected rule(
    gradient: tf.Tensor1D,
    { learningRate, iteration }: UpdateOptions,
  ): { readonly update: tf.Tensor; readonly slots: readonly [tf.Tensor, tf.Tensor] } {
    const { beta1, beta2, epsilon } = this.settings;
    // Both bias corrections are folded into two scalars: m̂/(√v̂ + ε) = (c/(1 − β₁ᵗ)) m/(√v + c ε), c = √(1 − β₂ᵗ).
    const correction = Math.sqrt(1 - beta2 ** iteration);
    const m = tf.add(tf.mul(this.slot('m'), beta1), tf.mul(gradient, 1 - beta1));
    const v = tf.add(tf.mul(this.slot('v'), beta2), tf.mul(tf.square(gradient), 1 - beta2));
    const rate = (learningRate * correction) / (1 - beta1 ** iteration);
    const update = tf.mul(tf.div(m, tf.add(tf.sqrt(v), epsilon * correction)), rate);
    return { update, slots: [m, v] };
  }
}

/** Adamax with decoupled weight decay: θ ← (1 − η λ) θ − η m̂ / (u + ε), u = max(β₂ u, |g|) (Kingma & Ba 2015, algorithm 2). */
export class Adamax extends TwoSlots {
  protected readonly kernel = 'AdamaxStep';

  constructor(settings: OptimizerSettings, size: number) {
    super(settings, size, ['m', 'u']);
  }

  protected rule(
    gradient: tf.Tensor1D,
    { learningRate, iteration }: UpdateOptions,
  ): { readonly update: tf.Tensor; readonly slots: readonly [tf.Tensor, tf.Tensor] } {
    const { beta1, beta2, epsilon } = this.settings;
    const m = tf.add(tf.mul(this.slot('m'), beta1), tf.mul(gradient, 1 - beta1));
    const u = tf.maximum(tf.mul(this.slot('u'), beta2), tf.abs(gradient));
    const update = tf.mul(tf.div(m, tf.add(u, epsilon)), learningRate / (1 - beta1 ** iteration));
    return { update, slots: [m, u] };
  }
}
