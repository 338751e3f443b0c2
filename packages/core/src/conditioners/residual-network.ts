import * as tf from '@tensorflow/tfjs';
import { sizeOf } from '../contracts/shape.ts';
import type { ConditionerBuild } from '../registry/build.ts';
import type { ConditionerDefinition, PartConfig } from '../registry/plugin.ts';
import { activationOf, activationSchema, type Activation, type ActivationConfig } from './activations.ts';
import { ConditionerBase } from './conditioner-base.ts';
import { inject, type Injection } from './context-injection.ts';
import { Dense } from './dense.ts';
import {
  endInitialization,
  endSchema,
  hiddenInitialization,
  initializationSchema,
  type EndConfig,
  type InitializationConfig,
} from './initialization.ts';
import { OutputHead, outputSchema, type OutputConfig } from './output-head.ts';
import { ResidualBlock } from './residual-block.ts';

/** Configuration of {@link ResidualNetwork}, defaults filled in. */
export interface ResidualNetworkConfig extends PartConfig, ActivationConfig, InitializationConfig, OutputConfig {
  /** Width of every hidden layer. */
  readonly hidden: number;
  readonly blocks: number;
  readonly preactivation: boolean;
  /** Probability that a unit inside a block is dropped while training. */
  readonly dropout: number;
  readonly context: 'concat' | 'concat-glu' | Injection;
  /** How the second layer of each block starts. */
  readonly blockEnd: EndConfig;
  readonly lastLayer: EndConfig;
}

/**
 * A residual multilayer perceptron: an affine map to the hidden width, residual blocks, an affine map to the parameters.
 *
 * A pre-activation block is h + W₂·a(W₁·a(h)), as in the spline flows of Durkan et al. 2019 (appendix B); otherwise it
 * is a(h + W₂·a(W₁·h)). Dropout stands before W₂. A context is concatenated to the input (`concat`), added to the first
 * layer (`add`, `add-activated`), gates what each block adds (`glu`), or both the first and the last (`concat-glu`).
 *
 * Variables: `first.*`, `blocks.<i>.first.*`, `blocks.<i>.second.*`, `blocks.<i>.context.*`, `context.*`, `last.*`,
 * each `weight` and `bias`, and `output.logScale`.
 *
 * @example
 * { "type": "resnet", "hidden": 64, "blocks": 2, "dropout": 0.1 }
 */
export class ResidualNetwork extends ConditionerBase {
  readonly #first: Dense;
  readonly #injection: Dense | undefined;
  readonly #blocks: ResidualBlock[] = [];
  readonly #last: Dense;
  readonly #output: OutputHead;
  readonly #activation: Activation;
  readonly #config: ResidualNetworkConfig;

  constructor(config: ResidualNetworkConfig, build: ConditionerBuild) {
    super(config.type, build);
    // Built before any variable, since it checks the configuration.
    const output = new OutputHead(config, build);
    this.#config = config;
    this.#activation = activationOf(config);
    const { hidden: width, context: kind } = config;
    const { path, random, contextSize } = build;
    const initialization = hiddenInitialization(config);
    const concatenated = kind.startsWith('concat') ? contextSize : 0;
    this.#first = this.addChild(
      'first',
      new Dense({
        path: `${path}.first`,
        inputs: sizeOf(build.inputShape) + concatenated,
        outputs: width,
        initialization,
        random,
      }),
    );
    if (contextSize > 0 && (kind === 'add' || kind === 'add-activated')) {
      const bias = kind !== 'add';
      this.#injection = this.addChild(
        'context',
        new Dense({ path: `${path}.context`, inputs: contextSize, outputs: width, initialization, random, bias }),
      );
    }
    for (let i = 0; i < config.blocks; i++) {
      const block = new ResidualBlock({
        path: `${path}.blocks.${i}`,
        width,
        activation: this.#activation,
        preactivation: config.preactivation,
        dropout: config.dropout,
        contextSize: kind.endsWith('glu') ? contextSize : 0,
        initialization,
        end: endInitialization(config.blockEnd, initialization),
        random,
      });
      this.#blocks.push(this.addChild(`blocks.${i}`, block));
    }
    this.#last = this.addChild(
      'last',
      new Dense({
        path: `${path}.last`,
        inputs: width,
        outputs: sizeOf(build.outputShape),
        initialization: endInitialization(config.lastLayer, initialization),
        random,
      }),
    );
    this.#output = this.addChild('output', output);
  }

  protected override compute(input: tf.Tensor, context: tf.Tensor | undefined): tf.Tensor {
    const kind = this.#config.context;
    const condition = context as tf.Tensor2D | undefined;
    let h = this.flatten(input);
    if (condition !== undefined && kind.startsWith('concat')) {
      h = h.shape[1] === 0 ? condition : tf.concat([h, condition], 1);
    }
    h = this.#first.apply(h);
    if (this.#injection !== undefined && condition !== undefined) {
      h = inject(h, condition, { kind: kind as Injection, layer: this.#injection, activation: this.#activation });
    }
    if (!this.#config.preactivation) h = this.#activation(h);
    for (const block of this.#blocks) h = block.apply(h, condition);
    return this.#output.apply(tf.reshape(this.#last.apply(h), [h.shape[0], ...this.outputShape]));
  }
}

/** The registry's entry for `resnet`. */
export const residualNetwork: ConditionerDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'Residual multilayer perceptron.',
    properties: {
      hidden: { type: 'integer', minimum: 1, default: 64, description: 'Width of every hidden layer.' },
      blocks: { type: 'integer', minimum: 0, default: 2, description: 'Number of residual blocks of two layers.' },
      ...activationSchema,
      preactivation: {
        type: 'boolean',
        default: true,
        description: 'Blocks h + W₂·a(W₁·a(h)); false: a(h + W₂·a(W₁·h)), with the nonlinearity after the first layer.',
      },
      dropout: {
        type: 'number',
        minimum: 0,
        exclusiveMaximum: 1,
        default: 0,
        description: 'Probability that a unit inside a block is dropped while training.',
      },
      context: {
        enum: ['concat-glu', 'concat', 'add', 'add-activated', 'glu'],
        default: 'concat-glu',
        description:
          'How a context enters: concatenated to the input, added to the first layer (linearly, or through the nonlinearity), as a gate on each block, or concatenated and as a gate.',
      },
      ...initializationSchema,
      blockEnd: endSchema({ initialization: 'uniform', scale: 0.001 }, 'How the second layer of each block starts.'),
      lastLayer: endSchema({ initialization: 'zero', scale: 0.01 }, 'How the last layer starts.'),
      ...outputSchema,
    },
  },
  create: (config, build) => new ResidualNetwork(config as ResidualNetworkConfig, build),
};
