import * as tf from '@tensorflow/tfjs';
import {
  checkArguments,
  checkSampleOptions,
  FlowzooError,
  PartBase,
  Random,
  type Distribution,
  type DistributionBuild,
  type DistributionDefinition,
  type PartConfig,
  type SampleOptions,
  type Shape,
} from '@flowzoo/core';
import { headOf, headSchema, type DiscreteHead, type HeadConfig } from '../heads/index.ts';
import type { SamplingMethod } from '../pixelcnn/index.ts';
import { RingNetwork } from './cached/ring-network.ts';
import { waveNetSchema, type WaveNetConfig } from './config.ts';
import { drawTogether } from './draw-together.ts';
import { promptRows } from './prompt.ts';
import { StepSampler } from './step-sampler.ts';
import { FullPasses, type StepSource } from './step-source.ts';
import { streamed, type StreamOptions } from './stream.ts';
import { WaveNetNetwork } from './wavenet-network.ts';

/** Configuration of {@link WaveNet}, defaults filled in. */
export interface WaveNetModelConfig extends PartConfig, HeadConfig, WaveNetConfig {
  /** How the network sees a level: scaled to [−1, 1], or as a one among zeros. */
  readonly input: 'scalar' | 'one-hot';
}

/** Options of {@link WaveNet.sample}. */
export interface WaveSampleOptions extends SampleOptions {
  /** `[prompt]` for all signals or `[count, prompt]`, levels the signals start with. */
  readonly prompt?: tf.Tensor | undefined;
  /** Default: `auto`, which is `cached` on backends whose values can be read synchronously (cpu, wasm), else `full`. */
  readonly method?: SamplingMethod | undefined;
}

/** Signals drawn together: enough to share the reading of weights, few enough that their rings stay small. */
const TOGETHER = 32;

/**
 * A WaveNet over signals with integer levels, such as 8-bit µ-law sound: log P(x) = Σ_t log P(x_t | x_{t−r} … x_{t−1}), r
 * the {@link receptiveField}.
 *
 * Data are the integers 0 … K − 1, `[batch, time]`; `logProb` is exact, in nats. A context holds first what is the same for
 * the whole signal (a speaker, a digit), then, with `local`, frames that change with time. Sampling keeps rings of past
 * features, so that a step costs the same however far the network sees.
 *
 * Variables: those of {@link WaveNetNetwork}.
 *
 * van den Oord et al. 2016, "WaveNet: A Generative Model for Raw Audio".
 *
 * @example
 * { "type": "wavenet", "levels": 256, "features": 32, "dilations": [1, 2, 4, 8, 16, 32, 64, 128, 256, 512], "stacks": 2 }
 */
export class WaveNet extends PartBase implements Distribution {
  readonly eventShape: Shape;
  readonly contextSize: number;
  readonly lowerBound: boolean = false;
  readonly head: DiscreteHead;
  readonly #network: WaveNetNetwork;
  readonly #input: 'scalar' | 'one-hot';

  constructor(config: WaveNetModelConfig, build: DistributionBuild) {
    super(config.type, build.path);
    const { eventShape, contextSize, path, random } = build;
    if (eventShape.length !== 1) {
      throw build.shapeError('is a model of signals', { expected: '[time]', found: `[${eventShape.join(', ')}]` });
    }
    this.eventShape = eventShape;
    this.contextSize = contextSize;
    this.head = headOf(config, { channels: 1, at: this.place });
    this.#input = config.input;
    const network = new WaveNetNetwork({
      config,
      path,
      place: this.place,
      time: eventShape[0]!,
      channels: config.input === 'one-hot' ? config.levels : 1,
      outputs: this.head.parameters,
      contextSize,
      random,
    });
    this.#network = this.addChild('network', network);
  }

  /** Number of levels K of the data. */
  get levels(): number {
    return this.head.levels;
  }

  /** How many past steps one step depends on: 1 + (kernel − 1)·Σ dilations. */
  get receptiveField(): number {
    return this.#network.receptiveField;
  }

  logProb(x: tf.Tensor, context?: tf.Tensor): tf.Tensor {
    return this.#scoring(x, context, (signals, parameters) => {
      const rows = signals.size;
      const each = this.head.logProb(
        tf.reshape(signals, [rows, 1]),
        tf.reshape(parameters, [rows, this.head.parameters]),
      );
      return tf.sum(tf.reshape(each, signals.shape), 1);
    });
  }

  /**
   * What the network says about every step given the earlier ones: the parameters of the head, `[batch, time,
   * head.parameters]`; the caller disposes.
   *
   * @throws E_RANK, E_EVENT_SHAPE, E_CONTEXT, E_BATCH
   */
  headParameters(x: tf.Tensor, context?: tf.Tensor): tf.Tensor3D {
    return this.#scoring(x, context, (_, parameters) => parameters) as tf.Tensor3D;
  }

  /**
   * Draws signals step by step; the caller disposes. The same seed gives the same signals for every `method`, but for steps
   * whose uniform falls within rounding of a boundary; signal i does not depend on `count`.
   *
   * Temperature divides logits (and multiplies the scales of logistics); 0 takes the most likely level of each step in turn.
   * Progress counts steps of all signals.
   *
   * @throws E_OPTION, E_CONTEXT, E_ABORTED, E_OUT_OF_DOMAIN
   */
  async sample(count: number, options: WaveSampleOptions = {}): Promise<tf.Tensor> {
    this.assertAlive();
    checkSampleOptions(count, options, { place: this.place, contextSize: this.contextSize });
    const time = this.eventShape[0]!;
    const prompts = await promptRows(options.prompt, { count, time, levels: this.levels, at: this.place });
    const levels = new Float32Array(count * time);
    const isCached = (options.method ?? 'auto') === 'auto' ? readsSynchronously() : options.method === 'cached';
    for (let start = 0; start < count; start += TOGETHER) {
      const part = { start, count: Math.min(TOGETHER, count - start), isCached };
      await this.#fill(levels, part, { ...options, total: count * time, prompts });
    }
    return tf.tensor2d(levels, [count, time]);
  }

  /**
   * An endless signal in chunks, as it is drawn: levels, not tensors. It goes on until the caller stops, `length` is
   * reached or, with a local condition, the frames end. A prompt is run first, and not repeated in the chunks.
   *
   * The numbers are those of {@link sample} with one signal and the same seed. The weights are read once, synchronously,
   * when the first chunk is asked for: use it on cpu and wasm.
   *
   * @throws E_OPTION, E_CONTEXT, E_ABORTED, E_OUT_OF_DOMAIN
   * @example
   * for await (const levels of model.stream({ chunk: 1024, seed: 1 })) play(muLawDecode(levels, 256));
   */
  stream(options: StreamOptions = {}): AsyncGenerator<Float32Array, void, undefined> {
    const { place, contextSize, levels } = this;
    const endsAt = this.#network.sizes.local === null ? Infinity : this.eventShape[0]!;
    return streamed(options, {
      place,
      contextSize,
      levels,
      endsAt,
      open: (context, prompts) => {
        this.assertAlive();
        return this.#sampler(this.#rings(1, context), { ...options, prompts, start: 0, count: 1 });
      },
    });
  }

  async #fill(
    levels: Float32Array,
    { start, count, isCached }: { readonly start: number; readonly count: number; readonly isCached: boolean },
    options: WaveSampleOptions & { readonly total: number; readonly prompts: Float32Array[] | null },
  ): Promise<void> {
    const time = this.eventShape[0]!;
    const { context, signal, onProgress, total, prompts } = options;
    const own =
      context === undefined ? undefined : tf.tidy(() => tf.slice(context, [start, 0], [count, this.contextSize]));
    let sampler: StepSampler | undefined;
    try {
      const source = isCached
        ? this.#rings(count, own?.dataSync<'float32'>())
        : new FullPasses((signals) => this.#parameters(signals, own as tf.Tensor2D | undefined), { count, time });
      sampler = this.#sampler(source, { ...options, prompts: prompts?.slice(start) ?? null, start, count });
      await drawTogether(sampler, {
        count,
        time,
        isCached,
        keep: (drawn, step) => {
          for (let i = 0; i < drawn.length; i++) {
            levels[(start + (i % count)) * time + step + Math.floor(i / count)] = drawn[i]!;
          }
        },
        breathe: async (step) => {
          if (signal?.aborted === true) throw new FlowzooError('E_ABORTED', 'sampling was aborted', { at: this.place });
          onProgress?.({ done: start * time + step * count, total });
          await tf.nextFrame();
        },
      });
    } finally {
      sampler?.dispose();
      own?.dispose();
    }
  }

  #rings(count: number, context: Float32Array | undefined): RingNetwork {
    return new RingNetwork(this.#network.taps(), { count, context, categorical: this.head.type === 'categorical' });
  }

  #sampler(
    source: StepSource,
    options: {
      readonly seed?: number | undefined;
      readonly temperature?: number | undefined;
      readonly prompts: readonly ArrayLike<number>[] | null;
      readonly start: number;
      readonly count: number;
    },
  ): StepSampler {
    const { seed = 0, temperature = 1, prompts, start, count } = options;
    const random = new Random(seed);
    const isFull = source instanceof FullPasses;
    const scale = 2 / (this.levels - 1);
    return new StepSampler({
      source,
      head: this.head,
      randoms: Array.from({ length: count }, (_, i) => random.fork(start + i)),
      temperature,
      prompts,
      // Full passes scale the levels themselves.
      toInput: isFull || this.#input === 'one-hot' ? (level) => level : (level) => level * scale - 1,
    });
  }

  /** From levels `[batch, time]` to parameters; runs inside a tidy scope. */
  #parameters(signals: tf.Tensor2D, context: tf.Tensor2D | undefined): tf.Tensor3D {
    const [batch, time] = signals.shape;
    const { levels } = this;
    if (this.#input === 'scalar') {
      const scaled = tf.sub(tf.mul(signals, 2 / (levels - 1)), 1);
      return this.#network.apply(tf.reshape(scaled, [batch, time, 1]), context);
    }
    const indices: tf.Tensor1D = tf.reshape(tf.cast(tf.add(signals, 0.5), 'int32'), [batch * time]);
    const ones = tf.cast(tf.oneHot(indices, levels), 'float32');
    return this.#network.apply(tf.reshape(ones, [batch, time, levels]), context);
  }

  #scoring(
    x: tf.Tensor,
    context: tf.Tensor | undefined,
    use: (signals: tf.Tensor2D, parameters: tf.Tensor3D) => tf.Tensor,
  ): tf.Tensor {
    this.assertAlive();
    return tf.tidy(() => {
      const data = x?.dtype === 'int32' ? tf.cast(x, 'float32') : x;
      const { place, eventShape, contextSize } = this;
      checkArguments(data, context, { place, name: 'x', eventShape, contextSize });
      return use(data as tf.Tensor2D, this.#parameters(data as tf.Tensor2D, context as tf.Tensor2D | undefined));
    });
  }
}

function readsSynchronously(): boolean {
  const backend = tf.getBackend();
  return backend === 'cpu' || backend === 'wasm';
}

/** `wavenet` as specs name it: its options, and how it is built. */
export const waveNetDefinition: DistributionDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'A WaveNet on integers 0 … levels - 1 over time: exact log-probabilities, sampling with rings.',
    properties: {
      ...headSchema,
      input: {
        enum: ['scalar', 'one-hot'],
        default: 'scalar',
        description: 'How the network sees a level: scaled to [-1, 1], or as a one among zeros.',
      },
      ...waveNetSchema,
    },
  },
  create: (config: WaveNetModelConfig, build) => new WaveNet(config, build),
};
