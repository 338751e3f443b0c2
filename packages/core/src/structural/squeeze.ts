import * as tf from '@tensorflow/tfjs';
import type { Mapped } from '../contracts/bijector.ts';
import { BijectorBase } from '../contracts/bijector-base.ts';
import { formatShape, type Shape } from '../contracts/shape.ts';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import type { BijectorDefinition, PartConfig } from '../registry/plugin.ts';

/**
 * Order of the new channels, for pixel (i, j) of a block and channel c of C.
 *
 * - `channel-major`: c·f² + i·f + j, the order of Glow's code.
 * - `space-major`: (i·f + j)·C + c, the order of `tf.spaceToDepth`.
 */
export type SqueezeOrder = 'channel-major' | 'space-major';

/** Options of {@link Squeeze}. */
export interface SqueezeOptions {
  /** `[height, width, channels]`. */
  readonly dataShape: Shape;
  /** Place in the spec; default: empty. */
  readonly path?: string;
  /** Side f of the blocks that become channels. Default: 2. */
  readonly factor?: number;
  /** Default: `channel-major`. */
  readonly order?: SqueezeOrder;
}

/**
 * Space to channels: `[H, W, C]` → `[H/f, W/f, C·f²]` from data to latents; the log-det is 0.
 *
 * Dinh et al. 2017 (Real NVP), section 3.6; the order of the channels decides what a channel mask or a split means, so
 * weights only transfer between models of the same order.
 *
 * @throws E_SPEC_SHAPE for data that are no image or whose sides the factor does not divide
 * @example
 * const layer = new Squeeze({ dataShape: [4, 4, 1] }); // latentShape [2, 2, 4]
 */
export class Squeeze extends BijectorBase {
  readonly factor: number;
  readonly order: SqueezeOrder;

  constructor(options: SqueezeOptions) {
    const { dataShape, path = '', factor = 2, order = 'channel-major' } = options;
    const [height = 0, width = 0, channels = 0] = dataShape;
    super({
      type: 'squeeze',
      path,
      dataShape,
      latentShape: [height / factor, width / factor, channels * factor * factor],
      traits: { constantLogDet: true },
    });
    this.factor = factor;
    this.order = order;
    if (dataShape.length !== 3) {
      throw new FlowzooError('E_SPEC_SHAPE', 'only images can be squeezed', {
        at: this.place,
        expected: '[height, width, channels]',
        found: formatShape(dataShape),
      });
    }
    if (height % factor !== 0 || width % factor !== 0) {
      throw new FlowzooError('E_SPEC_SHAPE', `the image cannot be cut into blocks of ${factor}×${factor}`, {
        at: this.place,
        expected: `height and width that are multiples of ${factor}`,
        found: formatShape(dataShape),
        remedy: `Pad or crop the images to [${nextMultiple(height, factor)}, ${nextMultiple(width, factor)}, ${channels}], or leave the squeeze out`,
      });
    }
  }

  protected override computeForward(z: tf.Tensor): Mapped {
    const f = this.factor;
    const [height, width, channels] = this.dataShape as [number, number, number];
    const rows = (z.shape[0]! * height) / f;
    const blocks =
      this.order === 'channel-major'
        ? tf.transpose(tf.reshape(z, [rows, width / f, channels, f, f]), [0, 3, 1, 4, 2])
        : tf.transpose(tf.reshape(z, [rows, width / f, f, f, channels]), [0, 2, 1, 3, 4]);
    return { value: tf.reshape(blocks, [-1, ...this.dataShape]), logDet: tf.zeros([z.shape[0]!]) };
  }

  protected override computeInverse(x: tf.Tensor): Mapped {
    const f = this.factor;
    const [height, width, channels] = this.dataShape as [number, number, number];
    // Batch and rows of blocks share an axis: five axes are enough, and every backend transposes those.
    const rows = (x.shape[0]! * height) / f;
    const split = tf.reshape(x, [rows, f, width / f, f, channels]);
    const blocks = tf.transpose(split, this.order === 'channel-major' ? [0, 2, 4, 1, 3] : [0, 2, 1, 3, 4]);
    return { value: tf.reshape(blocks, [-1, ...this.latentShape]), logDet: tf.zeros([x.shape[0]!]) };
  }
}

function nextMultiple(length: number, factor: number): number {
  return Math.max(1, Math.ceil(length / factor)) * factor;
}

interface SqueezeConfig extends PartConfig {
  readonly factor: number;
  readonly order: SqueezeOrder;
}

/** `squeeze` as specs name it: its options, and how it is built. */
export const squeezeDefinition: BijectorDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'Space to channels: [H, W, C] becomes [H/2, W/2, 4C] on the way to the latents.',
    properties: {
      factor: {
        type: 'integer',
        minimum: 2,
        default: 2,
        description: 'Side of the blocks that become channels, pixels.',
      },
      order: {
        enum: ['channel-major', 'space-major'],
        default: 'channel-major',
        description: "Order of the new channels: (c, i, j), which is Glow's, or (i, j, c), which is tf.spaceToDepth's.",
      },
    },
  },
  create: (config: SqueezeConfig, build) =>
    new Squeeze({ dataShape: build.dataShape, path: build.path, factor: config.factor, order: config.order }),
};
