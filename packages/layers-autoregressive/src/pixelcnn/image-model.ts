import * as tf from '@tensorflow/tfjs';
import {
  checkArguments,
  checkSampleOptions,
  PartBase,
  Random,
  sizeOf,
  type Distribution,
  type DistributionBuild,
  type SampleOptions,
  type Shape,
} from '@flowzoo/core';
import { headOf, type DiscreteHead, type HeadConfig } from '../heads/index.ts';
import { CachedSampler } from './cached/cached-sampler.ts';
import type { CachedKernel } from './cached/engine.ts';
import type { ProgramOptions } from './cached/gated-program.ts';
import type { SamplerProgram } from './cached/program.ts';
import { prepareCompletion, type CompletionOptions, type CompletionResult } from './completion.ts';
import { FullPasses } from './full-passes.ts';
import { generate } from './generate.ts';
import type { ParameterSource, ParameterSourceOptions } from './parameter-source.ts';

/** How samples are computed: `full` runs the whole network for every element, `cached` computes every feature once. */
export type SamplingMethod = 'auto' | 'cached' | 'full';

/** Options of {@link ImageModel.sample}. */
export interface ImageSampleOptions extends SampleOptions {
  /** Default: `auto`, which is `cached` on backends whose values can be read synchronously (cpu, wasm), else `full`. */
  readonly method?: SamplingMethod | undefined;
  /**
   * What computes cached samples: `wasm` is a WebAssembly module with SIMD, `typescript` does without; their results are
   * the same bits. Default: `wasm` where the host has it.
   */
  readonly kernel?: CachedKernel | undefined;
}

/**
 * An autoregressive model of images with integer levels: log P(x) = Σᵢ log P(xᵢ | x₁ … xᵢ₋₁), pixels in raster order,
 * channels within a pixel in their order.
 *
 * Data are the integers 0 … K − 1 as float32 (int32 is cast), `[batch, height, width, channels]` or, for one channel,
 * `[batch, height, width]`: as `dequantize` takes them, and without its noise. `logProb` is **exact**. Values that are no
 * integers or out of range are not noticed: a model reads no values back.
 */
export abstract class ImageModel extends PartBase implements Distribution {
  readonly eventShape: Shape;
  readonly contextSize: number;
  readonly lowerBound: boolean = false;
  readonly head: DiscreteHead;
  /** Height, width and channels of one image. */
  readonly imageShape: readonly [number, number, number];
  /** Colour groups of the network; 1 where the channels of a pixel need no order. */
  protected readonly groups: number;

  protected constructor(config: HeadConfig & { readonly type: string }, build: DistributionBuild) {
    super(config.type, build.path);
    const { eventShape, contextSize } = build;
    if (eventShape.length !== 2 && eventShape.length !== 3) {
      throw build.shapeError('is a model of images', {
        expected: '[height, width] or [height, width, channels]',
        found: `[${eventShape.join(', ')}]`,
      });
    }
    const [height, width, channels = 1] = eventShape as [number, number, number?];
    this.eventShape = eventShape;
    this.imageShape = [height, width, channels];
    this.contextSize = contextSize;
    this.head = headOf(config, { channels, at: this.place });
    this.groups = this.head.tiesChannels ? 1 : channels;
  }

  /** Number of levels K of the data. */
  get levels(): number {
    return this.head.levels;
  }

  logProb(x: tf.Tensor, context?: tf.Tensor): tf.Tensor {
    return this.#scoring(x, context, (image, parameters) => {
      const { parameters: width, channels } = this.head;
      const positions = image.size / channels;
      const logProb = this.head.logProb(
        tf.reshape(image, [positions, channels]),
        tf.reshape(parameters, [positions, width]),
      );
      return tf.sum(tf.reshape(logProb, [image.shape[0], -1]), 1);
    });
  }

  /**
   * What the network says about every pixel given the earlier ones: the parameters of the head, `[batch, height, width,
   * head.parameters]`; the caller disposes.
   *
   * @throws E_RANK, E_EVENT_SHAPE, E_CONTEXT, E_BATCH
   */
  headParameters(x: tf.Tensor, context?: tf.Tensor): tf.Tensor4D {
    return this.#scoring(x, context, (_, parameters) => parameters) as tf.Tensor4D;
  }

  /**
   * Draws images element by element; the caller disposes. The same seed gives the same images for every `method`, but
   * for elements whose uniform falls within rounding of a boundary; image i does not depend on `count`.
   *
   * Temperature divides logits (and multiplies the scales of logistics); 0 takes the most likely level of each element in
   * turn. Progress counts rows of all images.
   *
   * @throws E_OPTION, E_CONTEXT, E_ABORTED
   */
  async sample(count: number, options: ImageSampleOptions = {}): Promise<tf.Tensor> {
    this.assertAlive();
    checkSampleOptions(count, options, { place: this.place, contextSize: this.contextSize });
    const levels = new Float32Array(count * sizeOf(this.imageShape));
    return this.#fill(levels, null, options);
  }

  /**
   * Completes partly given images: elements with mask 1 stay, the others are drawn in raster order.
   *
   * Where no given element comes after a drawn one (the upper half, the first channels), this is a draw from the model's
   * own conditional, and `exact` says so. Otherwise later given elements do not inform earlier drawn ones, and the result
   * is an approximation.
   *
   * @throws E_RANK, E_EVENT_SHAPE, E_DTYPE, E_BATCH, E_MASK, E_OUT_OF_DOMAIN, E_CONTEXT, E_OPTION, E_ABORTED
   * @example
   * const { value, exact } = await model.complete({ given: digits, mask: upperHalf, seed: 1 });
   */
  async complete(options: CompletionOptions): Promise<CompletionResult> {
    this.assertAlive();
    const { place, eventShape, contextSize, imageShape } = this;
    const prepared = await prepareCompletion(options, { place, eventShape, levels: this.levels });
    const { levels, visible, exact } = prepared;
    checkSampleOptions(levels.length / sizeOf(imageShape), options, { place, contextSize });
    return { value: await this.#fill(levels, visible, options), exact };
  }

  /** Network output `[batch, height, width, head.parameters]` for an image scaled to [−1, 1]; runs in a tidy scope. */
  protected abstract network(image: tf.Tensor4D, context: tf.Tensor2D | undefined): tf.Tensor4D;

  /** The network as a sampler computes it, every feature once; reads the variables synchronously. */
  protected abstract program(options: ProgramOptions): SamplerProgram;

  /** Levels 0 … K − 1 to [−1, 1]. */
  protected scaled(image: tf.Tensor4D): tf.Tensor4D {
    return tf.sub(tf.mul(image, 2 / (this.levels - 1)), 1);
  }

  #scoring(
    x: tf.Tensor,
    context: tf.Tensor | undefined,
    use: (image: tf.Tensor4D, parameters: tf.Tensor4D) => tf.Tensor,
  ): tf.Tensor {
    this.assertAlive();
    return tf.tidy(() => {
      const data = x?.dtype === 'int32' ? tf.cast(x, 'float32') : x;
      const { place, eventShape, contextSize } = this;
      checkArguments(data, context, { place, name: 'x', eventShape, contextSize });
      const image: tf.Tensor4D = tf.reshape(data, [data.shape[0]!, ...this.imageShape]);
      return use(image, this.network(this.scaled(image), context as tf.Tensor2D | undefined));
    });
  }

  #fill(levels: Float32Array, visible: Uint8Array | null, options: ImageSampleOptions): Promise<tf.Tensor> {
    const { head, imageShape, eventShape } = this;
    const isCached = (options.method ?? 'auto') === 'auto' ? readsSynchronously() : options.method === 'cached';
    const network = (image: tf.Tensor4D, context: tf.Tensor2D | undefined): tf.Tensor4D =>
      this.network(this.scaled(image), context);
    const { kernel } = options;
    const program = (given: ProgramOptions): SamplerProgram => this.program(given);
    const source = (given: ParameterSourceOptions): ParameterSource =>
      isCached ? new CachedSampler({ ...given, kernel, range: this.levels, program }) : new FullPasses(network, given);
    return generate({
      levels,
      visible,
      head,
      imageShape,
      eventShape,
      // One pass per pixel unless the network itself orders the channels.
      passes: this.groups,
      source,
      random: new Random(options.seed ?? 0),
      temperature: options.temperature ?? 1,
      context: options.context as tf.Tensor2D | undefined,
      signal: options.signal,
      onProgress: options.onProgress,
      at: this.place,
    });
  }
}

function readsSynchronously(): boolean {
  const backend = tf.getBackend();
  return backend === 'cpu' || backend === 'wasm';
}
