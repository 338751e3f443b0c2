import { sizeOf, type BijectorDefinition } from '@flowzoo/core';
import { twoWayOptions, twoWaySchema, type TwoWayConfig } from '../two-way/definition.ts';
import type { SylvesterForm } from './basis.ts';
import { Sylvester, sylvesterFields } from './sylvester.ts';

interface SylvesterConfig extends TwoWayConfig {
  readonly form: SylvesterForm;
  readonly width?: number;
  readonly reflections: number;
  readonly reversed: boolean;
}

/** The registry's entry for `sylvester`. */
export const sylvesterDefinition: BijectorDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'A Sylvester layer, y = x + Q R tanh(R~ Qᵀ x + b), invertible for every parameter value.',
    properties: {
      form: {
        enum: ['orthogonal', 'householder', 'triangular'],
        default: 'orthogonal',
        description:
          'How Q is made: a matrix orthogonalised by iteration, a product of reflections, or the identity or the reversal.',
      },
      width: {
        type: 'integer',
        minimum: 1,
        description: 'M, the number of columns of Q, from 1 to D elements of the event; absent: D.',
      },
      reflections: {
        type: 'integer',
        minimum: 1,
        default: 8,
        description: 'Of form "householder": how many reflections make Q.',
      },
      reversed: {
        type: 'boolean',
        default: false,
        description: 'Of form "triangular": Q reverses the order of elements; alternate it from layer to layer.',
      },
      ...twoWaySchema,
    },
  },
  create(config: SylvesterConfig, build) {
    const { form, reflections, reversed, minimumSlope } = config;
    const { dataShape, random } = build;
    const size = sizeOf(dataShape);
    const width = config.width ?? size;
    if (width > size) {
      throw build.shapeError('the layer is wider than the event', {
        expected: `a "width" of ${size} at most`,
        found: String(width),
        remedy: 'Q has orthonormal columns: there are no more of them than elements',
      });
    }
    const own = { dataShape, form, width, reflections, reversed };
    const shared = twoWayOptions(config, build, sylvesterFields(own, random));
    return new Sylvester({ ...shared, ...own, minimumSlope, random });
  },
};
