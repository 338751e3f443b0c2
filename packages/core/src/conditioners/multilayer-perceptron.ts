import * as tf from '@tensorflow/tfjs';
import { sizeOf } from '../contracts/shape.ts';
import { dropout } from '../ops/index.ts';
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

/** Configuration of {@link MultilayerPerceptron}, defaults filled in. */
export interface MultilayerPerceptronConfig extends PartConfig, ActivationConfig, InitializationConfig, OutputConfig {
  /** Widths of the hidden layers; none makes an affine map. */
  readonly hidden: readonly number[];
  /** Probability that a hidden unit is dropped while training. */
  readonly dropout: number;
  readonly context: 'concat' | Injection;
  readonly lastLayer: EndConfig;
}

/**
 * A multilayer perceptron: h ← a(W h + b) for each hidden width, then an affine map to the parameters.
 *
 * Events of higher rank are flattened going in and the output is given its shape. By default the last layer starts at
 * zero, so that the layer around it starts as its transformer's start. A context is concatenated to the input
 * (`concat`), enters the first layer before its nonlinearity (`add`, `add-activated`), or gates every hidden layer
 * (`glu`); without hidden layers it acts on the output.
 *
 * Variables: `layers.<i>.weight`, `layers.<i>.bias`, `context.<i>.weight`, `context.<i>.bias`, `output.logScale`.
 *
 * @example
 * { "type": "mlp", "hidden": [128, 128], "activation": "tanh" }
 */
export class MultilayerPerceptron extends ConditionerBase {
  readonly #layers: Dense[] = [];
  readonly #injections: Dense[] = [];
  readonly #output: OutputHead;
  readonly #activation: Activation;
  readonly #context: 'concat' | Injection;
  readonly #config: MultilayerPerceptronConfig;

  constructor(config: MultilayerPerceptronConfig, build: ConditionerBuild) {
    super(config.type, build);
    // Built before any variable, since it checks the configuration.
    const output = new OutputHead(config, build);
    this.#config = config;
    this.#activation = activationOf(config);
    // Without hidden layers there is no nonlinearity to go through.
    const kind = config.context === 'add-activated' && config.hidden.length === 0 ? 'add' : config.context;
    this.#context = kind;
    const concatenated = kind === 'concat' ? build.contextSize : 0;
    const widths = [sizeOf(build.inputShape) + concatenated, ...config.hidden, sizeOf(build.outputShape)];
    const hidden = hiddenInitialization(config);
    const last = endInitialization(config.lastLayer, hidden);
    const end = widths.length - 2;
    for (let i = 0; i <= end; i++) {
      this.#layers.push(
        this.addChild(
          `layers.${i}`,
          new Dense({
            path: `${build.path}.layers.${i}`,
            inputs: widths[i]!,
            outputs: widths[i + 1]!,
            initialization: i === end ? last : hidden,
            random: build.random,
          }),
        ),
      );
    }
    if (build.contextSize > 0 && kind !== 'concat') {
      const count = kind === 'glu' ? Math.max(1, end) : 1;
      for (let i = 0; i < count; i++) {
        this.#injections.push(
          this.addChild(
            `context.${i}`,
            new Dense({
              path: `${build.path}.context.${i}`,
              inputs: build.contextSize,
              outputs: widths[i + 1]!,
              // What is added to the output must start as the output does; a gate on zeros leaves zeros.
              initialization: i === end && kind !== 'glu' ? last : hidden,
              random: build.random,
              // Added, its bias would do nothing that the layer's bias does not do.
              bias: kind !== 'add',
            }),
          ),
        );
      }
    }
    this.#output = this.addChild('output', output);
  }

  protected override compute(input: tf.Tensor, context: tf.Tensor | undefined): tf.Tensor {
    const { hidden, dropout: rate } = this.#config;
    const kind = this.#context;
    const condition = context as tf.Tensor2D | undefined;
    let h = this.flatten(input);
    if (condition !== undefined && kind === 'concat') h = h.shape[1] === 0 ? condition : tf.concat([h, condition], 1);
    this.#layers.forEach((layer, i) => {
      h = layer.apply(h);
      const injection = this.#injections[i];
      if (injection !== undefined && condition !== undefined) {
        h = inject(h, condition, { kind: kind as Injection, layer: injection, activation: this.#activation });
      }
      if (i === hidden.length) return;
      h = this.#activation(h);
      if (this.mode.training && rate > 0) h = dropout(h, { rate, random: this.mode.random.fork('dropout').fork(i) });
    });
    return this.#output.apply(tf.reshape(h, [h.shape[0], ...this.outputShape]));
  }
}

/** The registry's entry for `mlp`. */
export const multilayerPerceptron: ConditionerDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'Multilayer perceptron: dense layers with a nonlinearity between them.',
    properties: {
      hidden: {
        type: 'array',
        items: { type: 'integer', minimum: 1 },
        default: [64, 64],
        description: 'Widths of the hidden layers; an empty list makes an affine map.',
      },
      ...activationSchema,
      dropout: {
        type: 'number',
        minimum: 0,
        exclusiveMaximum: 1,
        default: 0,
        description: 'Probability that a hidden unit is dropped while training.',
      },
      context: {
        enum: ['concat', 'add', 'add-activated', 'glu'],
        default: 'concat',
        description:
          'How a context enters: concatenated to the input, added to the first layer (linearly, or through the nonlinearity), or as a gate on every hidden layer.',
      },
      ...initializationSchema,
      lastLayer: endSchema({ initialization: 'zero', scale: 0.01 }, 'How the last layer starts.'),
      ...outputSchema,
    },
  },
  create: (config, build) => new MultilayerPerceptron(config as MultilayerPerceptronConfig, build),
};
