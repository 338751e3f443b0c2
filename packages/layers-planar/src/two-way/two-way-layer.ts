import {
  BijectorBase,
  sizeOf,
  type Conditioner,
  type Mapped,
  type Method,
  type Shape,
  type Structure,
} from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import type { StackSite } from './stack-on-arrays.ts';

/** The direction that a layer computes by its closed formula. */
export type ClosedDirection = 'forward' | 'inverse';

/** One group of parameters. */
export interface Field {
  readonly name: string;
  readonly shape: Shape;
  /** Values at the start; with a conditioner, what its output is added to. */
  readonly start: Float32Array;
}

/** Parameters by field name, `[rows, ...shape]`; one row when all examples share them, else one per example. */
export type Parameters = Readonly<Record<string, tf.Tensor>>;

/** Where {@link Parameters} come from: all of them when nothing is added, else what each example adds to them. */
export interface ParameterSource {
  /** Variables, or with a conditioner the values that its output is added to, as they are. */
  readonly start: Parameters;
  /** The conditioner's output, `[rows, P]`: the fields one behind the other; null without a conditioner. */
  readonly raw: tf.Tensor2D | null;
  /** Where each field begins in a row of `raw`. */
  readonly places: Readonly<Record<string, number>>;
}

/** What every layer of this package takes. */
export interface TwoWayOptions {
  readonly dataShape: Shape;
  /** Place in the spec; default: empty. */
  readonly path?: string;
  /** The direction of the closed formula. Default: `forward`, latent → data. */
  readonly closed?: ClosedDirection;
  /** Gives every example parameters of its own, from the context alone; the layer owns it. */
  readonly conditioner?: Conditioner | undefined;
}

/** What a concrete layer tells this base class. */
export interface TwoWayLayerOptions extends TwoWayOptions {
  readonly type: string;
  readonly fields: readonly Field[];
  /** How the other direction is computed. */
  readonly solving: Method;
  readonly structure?: Structure | undefined;
}

/** How many numbers a conditioner must give per example. */
export function parameterCount(fields: readonly { readonly shape: Shape }[]): number {
  return fields.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/**
 * Base class of layers with a closed formula in one direction and an equation to solve in the other, either of which may
 * be the generative one. Events of any shape are flattened to D elements.
 *
 * Without a conditioner the fields are variables. With one, a field is `start + conditioner(context)` per example; `start`
 * is state, so a conditioner whose last layer starts at zero begins where the unconditional layer does.
 */
export abstract class TwoWayLayer extends BijectorBase {
  readonly closed: ClosedDirection;
  protected readonly size: number;
  readonly #fields: readonly { readonly name: string; readonly shape: Shape; readonly values: tf.Variable }[];
  readonly #conditioner: Conditioner | null;

  protected constructor(options: TwoWayLayerOptions) {
    const { closed = 'forward', conditioner, solving } = options;
    super({
      type: options.type,
      path: options.path ?? '',
      dataShape: options.dataShape,
      contextSize: conditioner?.contextSize ?? 0,
      traits: {
        method: {
          forward: closed === 'forward' ? 'exact' : solving,
          inverse: closed === 'inverse' ? 'exact' : solving,
        },
      },
      structure: options.structure,
    });
    this.closed = closed;
    this.size = sizeOf(options.dataShape);
    this.#conditioner = conditioner === undefined ? null : this.addChild('conditioner', conditioner);
    this.#fields = options.fields.map(({ name, shape, start }) => {
      const initial = tf.tensor(start, [...shape], 'float32');
      const values = conditioner === undefined ? this.addVariable(name, initial) : this.addState(name, initial);
      return { name, shape, values };
    });
  }

  /**
   * One direction on `[batch, D]`: the closed formula, or the way back with the log-det of its own direction. Parameters are
   * made when they are asked for; a layer that makes its own takes the source.
   */
  protected abstract run(input: tf.Tensor2D, parameters: Parameters, site: StackSite, source: ParameterSource): Mapped;

  /** Hands data-dependent initialization down to a conditioner that has one; returns z, which the caller disposes. */
  initialize(x: tf.Tensor, context?: tf.Tensor): tf.Tensor {
    this.check('x', x, context);
    return tf.tidy(() => {
      this.#conditioner?.initialize?.(tf.zeros([context?.shape[0] ?? 1, 0]), context);
      return this.computeInverse(x, context).value;
    });
  }

  protected computeForward(z: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    return this.#map(z, context, true);
  }

  protected computeInverse(x: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    return this.#map(x, context, false);
  }

  /** The parameters of a batch; differentiable. */
  protected parametersFor(context: tf.Tensor | undefined): Parameters {
    return this.#parametersOf(this.#sourceFor(context));
  }

  #sourceFor(context: tf.Tensor | undefined): ParameterSource {
    const start: Record<string, tf.Tensor> = {};
    const places: Record<string, number> = {};
    let from = 0;
    for (const { name, shape, values } of this.#fields) {
      start[name] = values;
      places[name] = from;
      from += sizeOf(shape);
    }
    // Without a context all examples share what the biases give.
    const raw = this.#conditioner?.apply(tf.zeros([context?.shape[0] ?? 1, 0]), context) ?? null;
    return { start, places, raw: raw as tf.Tensor2D | null };
  }

  #parametersOf({ raw, places }: ParameterSource): Parameters {
    const made = new Map<string, tf.Tensor>();
    const parameters = {};
    for (const field of this.#fields) {
      const get = (): tf.Tensor => {
        const value = made.get(field.name) ?? rowsOf(field, raw, places[field.name]!);
        made.set(field.name, value);
        return value;
      };
      Object.defineProperty(parameters, field.name, { enumerable: true, get });
    }
    return parameters;
  }

  #map(input: tf.Tensor, context: tf.Tensor | undefined, forward: boolean): Mapped {
    const batch = input.shape[0]!;
    const flat = (input.rank === 2 ? input : tf.reshape(input, [batch, this.size])) as tf.Tensor2D;
    const source = this.#sourceFor(context);
    const solve = forward !== (this.closed === 'forward');
    const { value, logDet } = this.run(flat, this.#parametersOf(source), { forward, solve }, source);
    return { value: input.rank === 2 ? value : tf.reshape(value, input.shape), logDet };
  }
}

/** One field, `[rows, ...shape]`. */
function rowsOf(
  { shape, values }: { readonly shape: Shape; readonly values: tf.Variable },
  raw: tf.Tensor2D | null,
  from: number,
): tf.Tensor {
  if (raw === null) return tf.reshape(values, [1, ...shape]);
  const rows = raw.shape[0];
  return tf.add(tf.reshape(tf.slice(raw, [0, from], [rows, sizeOf(shape)]), [rows, ...shape]), values);
}
