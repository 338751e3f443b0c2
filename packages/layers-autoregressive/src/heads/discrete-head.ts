import type * as tf from '@tensorflow/tfjs';

/** One element to draw: the parameters of its position and what is known of the position already. */
export interface ElementDraw {
  /** Which of the position's channels. */
  readonly channel: number;
  /** The parameters of the position, as the network put them out. */
  readonly parameters: Float32Array;
  /** The position's own uniforms on (0, 1), {@link DiscreteHead.uniforms} of them. */
  readonly uniforms: Float32Array;
  /** The levels of the position; those of earlier channels are filled in. */
  readonly levels: Float32Array;
  /** 1 is the model itself, 0 its most likely choice. */
  readonly temperature: number;
}

/**
 * What turns the output of a network into a distribution over integers 0 … K − 1: of one channel, or of all channels of
 * one position (a pixel, a moment of sound).
 *
 * A head owns no variables. It scores with tensors, differentiably, and draws from plain numbers by inverting its own
 * cumulative distribution function, so that a sample depends on uniforms of ours and on nothing that a backend draws.
 */
export interface DiscreteHead {
  readonly type: string;
  /** Number of levels K. */
  readonly levels: number;
  /** Channels of one position. */
  readonly channels: number;
  /** True when the head itself ties later channels to earlier ones; else the network has to. */
  readonly tiesChannels: boolean;
  /** Parameters of one position, all channels together; channel by channel unless the head ties them. */
  readonly parameters: number;
  /** Uniforms that drawing one position takes. */
  readonly uniforms: number;
  /**
   * log P of each position, `[positions]`, nats; differentiable in the parameters. Runs inside a tidy scope of the
   * caller.
   *
   * @param x `[positions, channels]`, integers 0 … K − 1 as float32.
   * @param parameters `[positions, parameters]`.
   */
  logProb(x: tf.Tensor2D, parameters: tf.Tensor2D): tf.Tensor1D;
  /** The level of one element, 0 … K − 1. */
  draw(element: ElementDraw): number;
}
