import type * as tf from '@tensorflow/tfjs';
import type { Bijector, BijectorTraits, Mapped, Structure } from '../contracts/bijector.ts';
import { BijectorBase } from '../contracts/bijector-base.ts';
import { equalShapes, formatShape } from '../contracts/shape.ts';
import type { BijectorDefinition, PartConfig } from '../registry/plugin.ts';

/**
 * A bijector with its directions swapped: `Invert(b).forward` is `b.inverse`. Passes and methods swap with them.
 *
 * The inversion owns the bijector. Data-dependent initialization has no meaning from this side and is not offered.
 */
export class Invert extends BijectorBase {
  readonly bijector: Bijector;

  constructor(bijector: Bijector, options: { readonly path?: string } = {}) {
    super({
      type: 'invert',
      path: options.path ?? bijector.path,
      dataShape: bijector.latentShape,
      latentShape: bijector.dataShape,
      contextSize: bijector.contextSize,
    });
    this.bijector = this.addChild('bijector', bijector);
  }

  override get traits(): BijectorTraits {
    const { passes, method, ...rest } = this.bijector.traits;
    return {
      ...rest,
      passes: { forward: passes.inverse, inverse: passes.forward },
      method: { forward: method.inverse, inverse: method.forward },
    };
  }

  // The zero pattern of an inverse is that of the map itself: triangular stays triangular, identity stays identity.
  override get structure(): Structure | undefined {
    return this.bijector.structure;
  }

  protected computeForward(z: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    return this.bijector.inverse(z, context);
  }

  protected computeInverse(x: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    return this.bijector.forward(x, context);
  }
}

interface InvertConfig extends PartConfig {
  readonly bijector: PartConfig;
}

/** `invert` as specs name it: its options, and how it is built. */
export const invertDefinition: BijectorDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'A layer with its directions swapped.',
    properties: {
      bijector: { part: 'bijector', description: 'The layer to turn round; it must keep the event shape.' },
    },
    required: ['bijector'],
  },
  create(config: InvertConfig, build) {
    const bijector = build.bijector(config.bijector, { name: 'bijector', dataShape: build.dataShape });
    if (!equalShapes(bijector.dataShape, bijector.latentShape)) {
      bijector.dispose();
      throw build.shapeError('only a layer that keeps the event shape can be inverted', {
        expected: formatShape(bijector.dataShape),
        found: formatShape(bijector.latentShape),
      });
    }
    return new Invert(bijector, { path: build.path });
  },
};
