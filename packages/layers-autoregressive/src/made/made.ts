import {
  activationOf,
  assertVariableSize,
  ConditionerBase,
  Dense,
  dropout,
  endInitialization,
  FlowzooError,
  hiddenInitialization,
  inject,
  OutputHead,
  sizeOf,
  type Activation,
  type ConditionerBuild,
  type StateValues,
} from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import type { Dependence } from '../orders/dependence.ts';
import { dependenceOf, shortened } from '../orders/order-option.ts';
import type { MadeConfig } from './config.ts';
import { hiddenDegrees } from './degrees.ts';
import { MaskedBlock } from './masked-block.ts';
import { MaskedDense } from './masked-dense.ts';
import { featureMask, unitMask } from './mask.ts';
import { loadedDegrees, loadedDependence } from './restore.ts';

/**
 * The masked autoencoder for distribution estimation: a network whose output for feature i depends on the features before
 * i in an order (or on its parents in a graph), on the context, and on nothing else.
 *
 * Hidden units carry degrees. A unit of degree m sees the first m features of the order; weights lead from degree m to
 * degrees ≥ m, and to the outputs of features that come after the first m (strict at the output only). Every degree
 * occurs in every hidden layer. A context reaches everything: it has degree zero.
 *
 * **Layout of the output**: `[batch, D · P]`, feature-major. The P parameters of feature i are the columns i·P … i·P + P − 1,
 * features in the order of the *data*, whatever the order of generation is.
 *
 * **Masks**: weights start masked and stay masked because their gradient is (see {@link maskedLinear}); loaded weights
 * that violate the mask are refused. With D = 1 the outputs are constants, or functions of the context.
 *
 * Variables: `layers.<i>.weight|bias`, or in the residual forms `first.*`, `blocks.<i>.first.*`, `blocks.<i>.second.*`,
 * `last.*`; `context.<i>.*`, `blocks.<i>.context.*`, `direct.weight`, `output.logScale`. State: `order` `[D]` (features in
 * the order of generation) or `parents` `[D, D]`, and `degrees.<i>` `[width]`, one for all layers of a residual form. The
 * masks follow from these. Degrees, and an order that the seed chose, are taken from loaded weights; an order that the
 * configuration states must be theirs.
 *
 * Germain et al. 2015 (MADE); residual blocks: Durkan et al. 2019, appendix.
 *
 * @throws E_OPTION for a layer that is too narrow, an order that is none, or a cycle; E_MASK when loaded weights belong to
 * another order or violate their masks; E_OUT_OF_MEMORY for a layer whose weight no backend could hold
 * @example
 * { "type": "made", "hidden": [100, 100], "order": "reversed", "activation": "tanh" }
 */
export class Made extends ConditionerBase {
  readonly #config: MadeConfig;
  readonly #parameterCount: number;
  readonly #activation: Activation;
  readonly #degrees: Int32Array[];
  /** All masked layers on the way from the features to the outputs, blocks apart. */
  readonly #layers: MaskedDense[] = [];
  readonly #blocks: MaskedBlock[] = [];
  readonly #injections: Dense[] = [];
  readonly #direct: MaskedDense | undefined;
  readonly #output: OutputHead;
  #dependence: Dependence;

  constructor(type: string, config: MadeConfig, build: ConditionerBuild) {
    super(type, build);
    const { path, random, contextSize } = build;
    const size = sizeOf(build.inputShape);
    const outputs = sizeOf(build.outputShape);
    if (size === 0 || outputs % size !== 0 || outputs === 0) {
      throw build.shapeError('a masked network gives every feature the same number of parameters', {
        expected: `a multiple of the ${size} features, at least one of each`,
        found: `${outputs} outputs`,
      });
    }
    const { hidden, direct, dropout: rate } = config;
    const residual = config.blocks !== 'feedforward';
    if (residual && hidden.some((width) => width !== hidden[0])) {
      throw new FlowzooError('E_OPTION', 'residual blocks must all have one width', {
        at: path,
        expected: 'equal numbers in "hidden"',
        found: shortened(hidden),
      });
    }
    // Degrees and masks are as large as the weights; residual blocks have square ones.
    [size, ...hidden].forEach((width, i) => assertVariableSize([width, hidden[i] ?? outputs], { at: path }));
    if (residual) for (const width of hidden) assertVariableSize([width, width], { at: path });
    // Built before any variable, since they check the configuration.
    const output = new OutputHead(config, build);
    this.#dependence = dependenceOf(config.order, { size, random, at: path });
    this.#degrees = (residual ? hidden.slice(0, 1) : hidden).map((width, layer) =>
      hiddenDegrees(this.#dependence, {
        width,
        rule: config.degrees,
        conditional: contextSize > 0,
        direct,
        random: random.fork('degrees').fork(layer),
        at: path,
      }),
    );
    this.#config = config;
    this.#parameterCount = outputs / size;
    this.#activation = activationOf(config);
    const { name, values, shape } = this.#dependence.saved;
    this.addState(name, tf.tensor(values, shape, 'int32'));
    this.#degrees.forEach((degrees, layer) => this.addState(`degrees.${layer}`, tf.tensor1d(degrees, 'int32')));

    const initialization = hiddenInitialization(config);
    const end = endInitialization(config.lastLayer, initialization);
    const preactivation = config.blocks === 'residual-preactivation';
    const masks = this.#masks();
    const masked = (place: string, mask: Uint8Array, from: number, to: number, start = initialization): MaskedDense =>
      new MaskedDense({ path: `${path}.${place}`, inputs: from, outputs: to, mask, initialization: start, random });
    const gate = (place: string, to: number, bias: boolean, start = initialization): Dense =>
      new Dense({ path: `${path}.${place}`, inputs: contextSize, outputs: to, initialization: start, random, bias });

    const widths = [size, ...(residual ? hidden.slice(0, 1) : hidden), outputs];
    const last = widths.length - 2;
    masks.layers.forEach((mask, i) => {
      const place = residual ? (i === last ? 'last' : 'first') : `layers.${i}`;
      const layer = masked(place, mask, widths[i]!, widths[i + 1]!, i === last ? end : initialization);
      this.#layers.push(this.addChild(place, layer));
    });
    // Without hidden layers there is no nonlinearity to go through.
    const kind = config.context === 'add-activated' && hidden.length === 0 ? 'add' : config.context;
    if (contextSize > 0 && !(residual && kind === 'glu' && hidden.length > 0)) {
      const count = kind === 'glu' ? Math.max(1, last) : 1;
      for (let i = 0; i < count; i++) {
        // What is added to the output must start as the output does; a gate on zeros leaves zeros.
        const start = i === last && kind !== 'glu' ? end : initialization;
        this.#injections.push(
          this.addChild(`context.${i}`, gate(`context.${i}`, widths[i + 1]!, kind !== 'add', start)),
        );
      }
    }
    if (residual) {
      hidden.forEach((width, i) => {
        const place = `blocks.${i}`;
        const blockEnd = endInitialization(config.blockEnd, initialization);
        const block = new MaskedBlock({
          path: `${path}.${place}`,
          first: masked(`${place}.first`, masks.block, width, width),
          second: masked(`${place}.second`, masks.block, width, width, blockEnd),
          gate: contextSize > 0 && kind === 'glu' ? gate(`${place}.context`, width, true) : undefined,
          activation: this.#activation,
          preactivation,
          dropout: rate,
        });
        this.#blocks.push(this.addChild(place, block));
      });
    }
    if (direct && hidden.length > 0) {
      const options = { path: `${path}.direct`, inputs: size, outputs, mask: masks.direct, random };
      this.#direct = this.addChild('direct', new MaskedDense({ ...options, initialization: end, bias: false }));
    }
    this.#output = this.addChild('output', output);
  }

  /** Who depends on whom. */
  get dependence(): Dependence {
    return this.#dependence;
  }

  /** Degrees of the hidden units, layer by layer; of a residual form one list, which holds for all its layers. */
  get degrees(): readonly Int32Array[] {
    return this.#degrees;
  }

  /** Parameters per feature, P. */
  get parameterCount(): number {
    return this.#parameterCount;
  }

  get config(): MadeConfig {
    return this.#config;
  }

  /** Whether units are dropped in the present mode: evaluations then differ from those of the weights. */
  get drops(): boolean {
    return this.mode.training && this.#config.dropout > 0;
  }

  /** Every masked layer, by the name that its variables start with. */
  get maskedLayers(): ReadonlyMap<string, MaskedDense> {
    const residual = this.#config.blocks !== 'feedforward';
    const last = this.#layers.length - 1;
    const named: [string, MaskedDense][] = this.#layers.map((layer, i) => [
      residual ? (i === last ? 'last' : 'first') : `layers.${i}`,
      layer,
    ]);
    this.#blocks.forEach((block, i) => {
      named.push([`blocks.${i}.first`, block.first], [`blocks.${i}.second`, block.second]);
    });
    if (this.#direct !== undefined) named.push(['direct', this.#direct]);
    return new Map(named);
  }

  override stateLoaded(values: ReadonlyMap<string, StateValues>): void {
    super.stateLoaded(values);
    const { place: at } = this;
    this.#dependence = loadedDependence(values, this.#dependence, { order: this.#config.order, at });
    this.#degrees.forEach((degrees, layer) => {
      const stored = values.get(`degrees.${layer}`);
      if (stored !== undefined) degrees.set(loadedDegrees(stored, this.#dependence, { at: `${at}, degrees.${layer}` }));
    });
    const masks = this.#masks();
    this.#layers.forEach((layer, i) => layer.remask(masks.layers[i]!));
    for (const block of this.#blocks) for (const layer of [block.first, block.second]) layer.remask(masks.block);
    this.#direct?.remask(masks.direct);
    for (const layer of this.maskedLayers.values()) layer.assertMasked();
  }

  protected override compute(input: tf.Tensor, context: tf.Tensor | undefined): tf.Tensor {
    const { dropout: rate, blocks } = this.#config;
    const x = this.flatten(input);
    const condition = context as tf.Tensor2D | undefined;
    const last = this.#layers.length - 1;
    const residual = blocks !== 'feedforward';
    let h = x;
    this.#layers.forEach((layer, i) => {
      h = layer.apply(h);
      h = this.#injected(h, condition, i);
      if (i === last) return;
      if (blocks !== 'residual-preactivation') h = this.#activation(h);
      if (!residual && this.mode.training && rate > 0) {
        h = dropout(h, { rate, random: this.mode.random.fork('dropout').fork(i) });
      }
      for (const block of this.#blocks) h = block.apply(h, condition);
    });
    if (this.#direct !== undefined) h = tf.add(h, this.#direct.apply(x));
    return this.#output.apply(tf.reshape(h, [h.shape[0], ...this.outputShape]));
  }

  #injected(h: tf.Tensor2D, context: tf.Tensor2D | undefined, i: number): tf.Tensor2D {
    const layer = this.#injections[i];
    if (layer === undefined || context === undefined) return h;
    const { context: kind, hidden } = this.#config;
    const own = kind === 'add-activated' && hidden.length === 0 ? 'add' : kind;
    return inject(h, context, { kind: own, layer, activation: this.#activation });
  }

  #masks(): { readonly layers: Uint8Array[]; readonly block: Uint8Array; readonly direct: Uint8Array } {
    const [dependence, repeat] = [this.#dependence, this.#parameterCount];
    const { classOf } = dependence;
    const direct = featureMask(dependence, classOf, repeat);
    const [first, ...rest] = this.#degrees;
    if (first === undefined) return { layers: [direct], block: new Uint8Array(0), direct };
    const between = rest.map((degrees, i) => unitMask(dependence, this.#degrees[i]!, degrees));
    const layers = [
      featureMask(dependence, first),
      ...between,
      unitMask(dependence, this.#degrees.at(-1)!, classOf, repeat),
    ];
    return { layers, block: unitMask(dependence, first, first), direct };
  }
}
