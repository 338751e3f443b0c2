import * as tf from '@tensorflow/tfjs';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import { Random } from '../random/random.ts';
import { checkArguments } from './check.ts';
import type { Distribution, Reparameterized, SampleOptions } from './distribution.ts';
import { PartBase } from './part-base.ts';
import { formatShape, type Shape } from './shape.ts';

/** What a concrete base distribution tells its base class. */
export interface DistributionOptions {
  readonly type: string;
  readonly path: string;
  readonly eventShape: Shape;
  /** Default: 0. */
  readonly contextSize?: number;
}

/** A draw as {@link DistributionBase.draw} is asked for it. */
export interface Draw {
  readonly count: number;
  readonly random: Random;
  readonly temperature: number;
  readonly context: tf.Tensor | undefined;
}

/**
 * Base class of distributions that draw in one synchronous, reparameterized step: every base of a flow.
 *
 * A concrete class writes `computeLogProb` and `draw`; checks, tidy scopes, seeds and temperature are handled here.
 */
export abstract class DistributionBase extends PartBase implements Distribution {
  readonly eventShape: Shape;
  readonly contextSize: number;
  readonly lowerBound: boolean = false;

  protected constructor(options: DistributionOptions) {
    super(options.type, options.path);
    this.eventShape = options.eventShape;
    this.contextSize = options.contextSize ?? 0;
  }

  logProb(x: tf.Tensor, context?: tf.Tensor): tf.Tensor {
    this.assertAlive();
    checkArguments(x, context, {
      place: this.place,
      name: 'x',
      eventShape: this.eventShape,
      contextSize: this.contextSize,
    });
    return tf.tidy(() => this.computeLogProb(x, context));
  }

  async sample(count: number, options: SampleOptions = {}): Promise<tf.Tensor> {
    const value = tf.tidy(() => this.draw(this.#prepare(count, options)));
    options.onProgress?.({ done: count, total: count });
    return value;
  }

  rsample(count: number, options: SampleOptions = {}): Reparameterized {
    return tf.tidy(() => {
      const value = this.draw(this.#prepare(count, options));
      return { value, logProb: this.computeLogProb(value, options.context) } as unknown as tf.TensorContainer;
    }) as unknown as Reparameterized;
  }

  /** log p(x), `[batch]`, nats; runs inside a tidy scope. */
  protected abstract computeLogProb(x: tf.Tensor, context: tf.Tensor | undefined): tf.Tensor;

  /** `[count, ...eventShape]`, differentiable in the variables; runs inside a tidy scope. */
  protected abstract draw(draw: Draw): tf.Tensor;

  #prepare(count: number, options: SampleOptions): Draw {
    this.assertAlive();
    checkSampleOptions(count, options, { place: this.place, contextSize: this.contextSize });
    return {
      count,
      random: new Random(options.seed ?? 0),
      temperature: options.temperature ?? 1,
      context: options.context,
    };
  }
}

/**
 * Checks count, temperature, context and signal of a draw.
 *
 * @throws E_OPTION, E_CONTEXT, E_ABORTED
 */
export function checkSampleOptions(
  count: number,
  options: SampleOptions,
  expected: { readonly place: string; readonly contextSize: number },
): void {
  const { place, contextSize } = expected;
  if (!Number.isInteger(count) || count < 0) {
    throw new FlowzooError('E_OPTION', 'the number of samples must be a whole number, 0 or more', {
      at: place,
      found: String(count),
    });
  }
  const temperature = options.temperature ?? 1;
  if (!Number.isFinite(temperature) || temperature < 0) {
    throw new FlowzooError('E_OPTION', 'the temperature must be a finite number, 0 or more', {
      at: place,
      found: String(temperature),
    });
  }
  const context = options.context;
  const fits =
    contextSize === 0
      ? context === undefined
      : context !== undefined && context.rank === 2 && context.shape[0] === count && context.shape[1] === contextSize;
  if (!fits) {
    throw new FlowzooError('E_CONTEXT', 'the context of a draw needs one row per sample', {
      at: place,
      expected: contextSize === 0 ? 'no context' : `[${count}, ${contextSize}]`,
      found: context === undefined ? 'none' : formatShape(context.shape),
      remedy: contextSize === 0 ? 'Leave it out' : 'Pass it as an option: sample(count, { context })',
    });
  }
  if (options.signal?.aborted === true) throw new FlowzooError('E_ABORTED', 'sampling was aborted', { at: place });
}
