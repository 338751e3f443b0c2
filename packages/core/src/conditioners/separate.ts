import * as tf from '@tensorflow/tfjs';
import type { Conditioner } from '../contracts/conditioner.ts';
import type { ConditionerBuild } from '../registry/build.ts';
import type { ConditionerDefinition, PartConfig } from '../registry/plugin.ts';
import { ConditionerBase } from './conditioner-base.ts';

/** Configuration of {@link SeparateConditioner}, defaults filled in. */
export interface SeparateConfig extends PartConfig {
  readonly networks: readonly {
    readonly conditioner: PartConfig;
    /** How many of a feature's parameters this network makes. */
    readonly parameters: number;
  }[];
}

/**
 * One network per parameter, or per group of neighbouring parameters: Real NVP's s and t with nonlinearities of their
 * own (Dinh et al. 2017, eq. 4).
 *
 * Each network sees the whole input and context and gives `[..., features · parameters]`; the results are interleaved
 * so that the parameters of one feature lie side by side, in the order of the list.
 *
 * Variables: `networks.<i>.…`.
 *
 * @example
 * { "type": "separate", "networks": [
 *   { "conditioner": { "type": "mlp", "activation": "relu" } },
 *   { "conditioner": { "type": "mlp", "activation": "tanh" } } ] }
 */
export class SeparateConditioner extends ConditionerBase {
  readonly #networks: { readonly conditioner: Conditioner; readonly parameters: number }[];
  readonly #features: number;

  constructor(config: SeparateConfig, build: ConditionerBuild) {
    super(config.type, build);
    const width = build.outputShape.at(-1) ?? 1;
    const perFeature = config.networks.reduce((sum, { parameters }) => sum + parameters, 0);
    if (width % perFeature !== 0) {
      throw build.shapeError('the networks do not make up the parameters of a feature', {
        expected: `a number of parameters that divides the output's last axis, ${width}`,
        found: `${perFeature} from ${config.networks.length} networks`,
        remedy: 'List one network per parameter of the transformer, or set "parameters" of a network',
      });
    }
    this.#features = width / perFeature;
    this.#networks = config.networks.map(({ conditioner, parameters }, i) => ({
      parameters,
      conditioner: this.addChild(
        `networks.${i}`,
        build.conditioner(conditioner, {
          name: `networks[${i}].conditioner`,
          inputShape: build.inputShape,
          outputShape: [...build.outputShape.slice(0, -1), this.#features * parameters],
        }),
      ),
    }));
  }

  protected override compute(input: tf.Tensor, context: tf.Tensor | undefined): tf.Tensor {
    const leading = [input.shape[0]!, ...this.outputShape.slice(0, -1)];
    const groups = this.#networks.map(({ conditioner, parameters }) =>
      tf.reshape(conditioner.apply(input, context), [...leading, this.#features, parameters]),
    );
    return tf.concat(groups, -1);
  }
}

/** The registry's entry for `separate`. */
export const separateConditioner: ConditionerDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'One network per parameter of the transformer.',
    required: ['networks'],
    properties: {
      networks: {
        type: 'array',
        minItems: 1,
        description: 'In the order of the parameters of a feature, for example shift, then scale.',
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['conditioner'],
          properties: {
            conditioner: { part: 'conditioner' },
            parameters: {
              type: 'integer',
              minimum: 1,
              default: 1,
              description: 'How many neighbouring parameters of each feature this network makes.',
            },
          },
        },
      },
    },
  },
  create: (config, build) => new SeparateConditioner(config as SeparateConfig, build),
};
