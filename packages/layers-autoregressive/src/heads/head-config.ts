import { FlowzooError, type JsonSchema } from '@flowzoo/core';
import { BernoulliHead } from './bernoulli-head.ts';
import { CategoricalHead } from './categorical-head.ts';
import type { DiscreteHead } from './discrete-head.ts';
import { LogisticMixtureHead } from './logistic-mixture-head.ts';

/** The part of a configuration that chooses the head of a model of discrete data. */
export interface HeadConfig {
  /** Number of levels K: data are the integers 0 … K − 1. */
  readonly levels: number;
  /** `auto` is `bernoulli` for two levels and `categorical` for more. */
  readonly head: 'auto' | 'bernoulli' | 'categorical' | 'logistic-mixture';
  /** Logistics of a mixture; the other heads ignore it. */
  readonly components: number;
  /** How a logistic mixture sees the earlier channels of its own position; the other heads ignore it. */
  readonly colors: 'network' | 'linear';
}

/** Above it a float32 no longer tells the ends of a bin apart. */
const MOST_LEVELS = 65_536;

/** Schema properties of {@link HeadConfig}. */
export const headSchema: JsonSchema = {
  levels: {
    type: 'integer',
    minimum: 2,
    maximum: MOST_LEVELS,
    default: 256,
    description: 'Number of values K that data take, the integers 0 … K - 1: 256 for 8-bit images, 2 for binary ones.',
  },
  head: {
    enum: ['auto', 'bernoulli', 'categorical', 'logistic-mixture'],
    default: 'auto',
    description:
      'Distribution of one element: bernoulli (2 levels), categorical (a logit per level), logistic-mixture (discretized logistics); auto is bernoulli for 2 levels and categorical for more.',
  },
  components: {
    type: 'integer',
    minimum: 1,
    default: 10,
    description: 'Logistics in the mixture; the other heads ignore it.',
  },
  colors: {
    enum: ['network', 'linear'],
    default: 'network',
    description:
      'How a logistic mixture sees the earlier channels of its own pixel: through the masked network, or as linear shifts of its means (PixelCNN++); the other heads ignore it.',
  },
};

/**
 * The head that a configuration names.
 *
 * @throws E_OPTION when `bernoulli` is asked for more than two levels
 * @example
 * const head = headOf({ levels: 17, head: 'auto', components: 10, colors: 'network' }, { channels: 1, at: 'model' });
 */
export function headOf(config: HeadConfig, site: { readonly channels: number; readonly at: string }): DiscreteHead {
  const { levels, components, colors } = config;
  const { channels, at } = site;
  const type = config.head === 'auto' ? (levels === 2 ? 'bernoulli' : 'categorical') : config.head;
  switch (type) {
    case 'bernoulli':
      if (levels === 2) return new BernoulliHead({ channels });
      throw new FlowzooError('E_OPTION', 'a bernoulli head has two levels', {
        at,
        expected: '"levels": 2',
        found: String(levels),
        remedy: 'Use "head": "categorical"',
      });
    case 'categorical':
      return new CategoricalHead({ channels, levels });
    case 'logistic-mixture':
      return new LogisticMixtureHead({ channels, levels, components, colors });
  }
}
