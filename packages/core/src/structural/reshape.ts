import * as tf from '@tensorflow/tfjs';
import type { Mapped } from '../contracts/bijector.ts';
import { BijectorBase } from '../contracts/bijector-base.ts';
import { formatShape, sizeOf, type Shape } from '../contracts/shape.ts';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import type { BijectorDefinition, PartConfig } from '../registry/plugin.ts';

/** Options of {@link Reshape}. */
export interface ReshapeOptions {
  readonly dataShape: Shape;
  readonly latentShape: Shape;
  /** Registry id; default: `reshape`. */
  readonly type?: string;
  /** Place in the spec; default: empty. */
  readonly path?: string;
}

/**
 * Gives every example another shape, row-major; the log-det is 0.
 *
 * @throws E_SPEC_SHAPE when the two shapes have different numbers of elements
 * @example
 * const layer = new Reshape({ dataShape: [28, 28, 1], latentShape: [784] });
 */
export class Reshape extends BijectorBase {
  constructor(options: ReshapeOptions) {
    const { dataShape, latentShape, path = '', type = 'reshape' } = options;
    super({ type, path, dataShape, latentShape, traits: { constantLogDet: true } });
    if (sizeOf(dataShape) !== sizeOf(latentShape)) {
      throw new FlowzooError('E_SPEC_SHAPE', 'a reshape keeps the number of elements', {
        at: this.place,
        expected: `a shape of ${sizeOf(dataShape)} elements, as ${formatShape(dataShape)} has`,
        found: `${formatShape(latentShape)} of ${sizeOf(latentShape)}`,
        remedy: 'Give the shape as many elements, or use "flatten"',
      });
    }
  }

  protected override computeForward(z: tf.Tensor): Mapped {
    return reshaped(z, this.dataShape);
  }

  protected override computeInverse(x: tf.Tensor): Mapped {
    return reshaped(x, this.latentShape);
  }
}

function reshaped(tensor: tf.Tensor, shape: Shape): Mapped {
  const batch = tensor.shape[0]!;
  return { value: tf.reshape(tensor, [batch, ...shape]), logDet: tf.zeros([batch]) };
}

interface ReshapeConfig extends PartConfig {
  readonly shape: Shape;
}

/** `reshape` as specs name it: its options, and how it is built. */
export const reshapeDefinition: BijectorDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'Gives every example another shape, row-major.',
    properties: {
      shape: {
        type: 'array',
        items: { type: 'integer', minimum: 1 },
        description: 'Event shape on the latent side, batch excluded: as many elements as arrive.',
      },
    },
    required: ['shape'],
  },
  create: (config: ReshapeConfig, build) =>
    new Reshape({ dataShape: build.dataShape, latentShape: config.shape, path: build.path }),
};

/** `flatten` as specs name it: its options, and how it is built. */
export const flattenDefinition: BijectorDefinition = {
  version: 1,
  schema: { type: 'object', description: 'Makes every example a vector, row-major.', properties: {} },
  create: (_config, build) =>
    new Reshape({
      type: 'flatten',
      dataShape: build.dataShape,
      latentShape: [sizeOf(build.dataShape)],
      path: build.path,
    }),
};
