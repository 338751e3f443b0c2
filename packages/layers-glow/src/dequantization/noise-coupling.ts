import { Affine, contextFor, PartBase, sumEvent, type Conditioner, type Mapped, type Shape } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';

/** Which channels a step changes, of an image of noise. */
export interface NoiseHalves {
  readonly kept: number;
  readonly changed: number;
  /** The kept channels come first. */
  readonly keptFirst: boolean;
}

/** The halves of step k: they take turns; a single channel is changed by every step. */
export function noiseHalves(channels: number, step: number): NoiseHalves {
  const smaller = Math.floor(channels / 2);
  if (step % 2 === 0 || smaller === 0) return { kept: smaller, changed: channels - smaller, keptFirst: true };
  return { kept: channels - smaller, changed: smaller, keptFirst: false };
}

/**
 * A coupling of an image of noise v that also sees an image x: v_T = ε_T · s(v_I, x) + t(v_I, x), v_I = ε_I.
 *
 * Variables: `conditioner.*`.
 */
export class NoiseCoupling extends PartBase {
  readonly #halves: NoiseHalves;
  readonly #conditioner: Conditioner;
  readonly #transformer: Affine;

  constructor({ path, halves, conditioner }: { path: string; halves: NoiseHalves; conditioner: Conditioner }) {
    super('noise-coupling', path);
    this.#halves = halves;
    this.#conditioner = this.addChild('conditioner', conditioner);
    this.#transformer = this.addChild('transformer', new Affine({ path, direction: 'forward' }));
  }

  /** Initializes the network from the noise that arrives; runs inside a tidy scope. */
  initialize(noise: tf.Tensor, given: tf.Tensor, context: tf.Tensor | undefined): void {
    const own = contextFor(this.#conditioner, context);
    this.#conditioner.initialize?.(this.#seen(this.#parts(noise)[0], given), own);
  }

  /** ε → v (`forward`) or back; runs inside a tidy scope. */
  map(direction: 'forward' | 'inverse', input: tf.Tensor, given: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    const [kept, changed] = this.#parts(input);
    const raw = this.#conditioner.apply(this.#seen(kept, given), contextFor(this.#conditioner, context));
    const { value, logDerivative } = this.#transformer[direction](changed, tf.reshape(raw, [...changed.shape, 2]));
    const ordered = this.#halves.keptFirst ? [kept, value] : [value, kept];
    const parts = ordered.filter(({ size }) => size > 0);
    return { value: parts.length === 1 ? value : tf.concat(parts, input.rank - 1), logDet: sumEvent(logDerivative) };
  }

  #seen(kept: tf.Tensor, given: tf.Tensor): tf.Tensor {
    return kept.size === 0 ? given : tf.concat([kept, given], given.rank - 1);
  }

  #parts(x: tf.Tensor): [tf.Tensor, tf.Tensor] {
    const { kept, changed, keptFirst } = this.#halves;
    if (kept === 0) return [tf.zeros([...x.shape.slice(0, -1), 0]), x];
    const sizes = keptFirst ? [kept, changed] : [changed, kept];
    const [first, second] = tf.split(x, sizes, x.rank - 1) as [tf.Tensor, tf.Tensor];
    return keptFirst ? [first, second] : [second, first];
  }
}

/** Shapes of the network of a step: it sees what stays and as many channels of x. */
export function noiseShapes(
  shape: Shape,
  halves: NoiseHalves,
): { readonly inputShape: Shape; readonly outputShape: Shape } {
  const around = shape.slice(0, -1);
  return {
    inputShape: [...around, halves.kept + shape.at(-1)!],
    outputShape: [...around, 2 * halves.changed],
  };
}
