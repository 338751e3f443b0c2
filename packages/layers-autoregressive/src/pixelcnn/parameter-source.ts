import type * as tf from '@tensorflow/tfjs';

/** A position of the image, and which channels of it are known. */
export interface Position {
  readonly row: number;
  readonly column: number;
  /** The channel to be drawn next; those before it are known. */
  readonly channel: number;
}

/** Where the sampler gets the parameters of the next element from. */
export interface ParameterSource {
  /** Called before the first position of each row, in order. */
  startRow(row: number): void;
  /** Parameters of the head at the position, `[count, head.parameters]`; valid until the next call. */
  at(position: Position): Float32Array | Promise<Float32Array>;
  /** Gives back what it works with. */
  dispose(): void;
}

/** What a source is made from. */
export interface ParameterSourceOptions {
  readonly count: number;
  /** The levels so far, `[count, height, width, channels]`; the sampler writes into it. */
  readonly levels: Float32Array;
  readonly imageShape: readonly [number, number, number];
  /** `[count, contextSize]`. */
  readonly context: tf.Tensor2D | undefined;
}
