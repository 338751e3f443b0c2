import type * as tf from '@tensorflow/tfjs';
import type { Conditioner } from '../contracts/conditioner.ts';
import { formatBatchShape, type Shape } from '../contracts/shape.ts';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import { ConditionerBase } from './conditioner-base.ts';

/** Options of {@link conditionerFromLayersModel}. */
export interface LayersModelOptions {
  /** Event shape that the model takes. */
  readonly inputShape: Shape;
  /** Event shape that the model gives; the parameters of one feature side by side on the last axis. */
  readonly outputShape: Shape;
  /** Where errors say it stands. Default: the model's name. */
  readonly path?: string;
}

/**
 * Makes a conditioner of any Keras-style network.
 *
 * A model with two inputs takes the context, `[batch, contextSize]`, as its second. In training mode its layers run with
 * `training: true`; noise that they draw is theirs and not seeded by flowzoo. The conditioner owns the model: its
 * weights are the conditioner's variables (trained) and state (frozen weights, moving statistics) under names of the form
 * `layers.<i>.kernel`, which do not depend on how many models were made before, and `dispose` disposes the model.
 *
 * @throws E_OPTION when the model has another number of inputs or outputs, or other shapes.
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 4, inputShape: [2] })] });
 * const conditioner = conditionerFromLayersModel(model, { inputShape: [2], outputShape: [4] });
 */
export function conditionerFromLayersModel(model: tf.LayersModel, options: LayersModelOptions): Conditioner {
  const place = options.path ?? model.name;
  const inputs = model.inputs.map((input) => input.shape);
  const outputs = model.outputs.map((output) => output.shape);
  if (inputs.length < 1 || inputs.length > 2 || outputs.length !== 1) {
    throw new FlowzooError('E_OPTION', 'the model cannot condition a layer', {
      at: place,
      expected: 'one input, or two with the context as second, and one output',
      found: `${inputs.length} inputs and ${outputs.length} outputs`,
    });
  }
  assertShape(inputs[0]!, options.inputShape, { place, what: 'takes another shape' });
  assertShape(outputs[0]!, options.outputShape, { place, what: 'gives another shape' });
  const contextSize = contextSizeOf(inputs[1], place);
  return new LayersModelConditioner(model, { ...options, path: place, contextSize });
}

class LayersModelConditioner extends ConditionerBase {
  readonly #model: tf.LayersModel;
  readonly #trained: ReadonlyMap<string, tf.Variable>;
  readonly #frozen: ReadonlyMap<string, tf.Variable>;
  #released = false;

  constructor(model: tf.LayersModel, options: LayersModelOptions & { path: string; contextSize: number }) {
    super('layers-model', options);
    this.#model = model;
    [this.#trained, this.#frozen] = nameWeights(model);
  }

  override get variables(): ReadonlyMap<string, tf.Variable> {
    return this.#trained;
  }

  override get state(): ReadonlyMap<string, tf.Variable> {
    return this.#frozen;
  }

  override dispose(): void {
    super.dispose();
    if (this.#released) return;
    this.#released = true;
    this.#model.dispose();
  }

  protected override compute(input: tf.Tensor, context: tf.Tensor | undefined): tf.Tensor {
    const inputs = context === undefined ? input : [input, context];
    return this.#model.apply(inputs, { training: this.mode.training }) as tf.Tensor;
  }
}

/** Trained and frozen weights by layer index and the last part of their name; a name that repeats gets a number. */
function nameWeights(model: tf.LayersModel): [Map<string, tf.Variable>, Map<string, tf.Variable>] {
  const trained = new Map<string, tf.Variable>();
  const frozen = new Map<string, tf.Variable>();
  const trainable = new Set(model.trainableWeights);
  model.layers.forEach((layer, i) => {
    for (const weight of layer.weights) {
      const base = `layers.${i}.${weight.originalName.split('/').at(-1)!}`;
      let name = base;
      for (let n = 1; trained.has(name) || frozen.has(name); n++) name = `${base}.${n}`;
      // The variable behind a layer's weight is declared protected, but it is what gradients and optimizers need.
      const variable = (weight as unknown as { readonly val: tf.Variable }).val;
      (trainable.has(weight) ? trained : frozen).set(name, variable);
    }
  });
  return [trained, frozen];
}

function assertShape(
  found: readonly (number | null)[],
  expected: Shape,
  options: { place: string; what: string },
): void {
  const event = found.slice(1);
  if (event.length === expected.length && event.every((length, i) => length === null || length === expected[i])) return;
  throw new FlowzooError('E_OPTION', `the model ${options.what}`, {
    at: options.place,
    expected: formatBatchShape(expected),
    found: `[batch, ${event.map((length) => length ?? 'any').join(', ')}]`,
  });
}

function contextSizeOf(shape: readonly (number | null)[] | undefined, place: string): number {
  if (shape === undefined) return 0;
  const size = shape[1];
  if (shape.length === 2 && typeof size === 'number') return size;
  throw new FlowzooError('E_OPTION', "the model's second input is not a context", {
    at: place,
    expected: '[batch, contextSize]',
    found: `[batch, ${shape
      .slice(1)
      .map((length) => length ?? 'any')
      .join(', ')}]`,
  });
}
