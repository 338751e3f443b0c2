import * as tf from '@tensorflow/tfjs';
import type { StepAttributes } from '../kernels/optimizers/adam-step.ts';

/** Options of {@link FlatAdam} and {@link FlatAdamax}. */
export interface FlatAdamOptions {
  /** Default: 0.001. */
  readonly learningRate?: number;
  /** Default: 0.9. */
  readonly beta1?: number;
  /** Default: 0.999. */
  readonly beta2?: number;
  /** Default: 1e-8. */
  readonly epsilon?: number;
  /** λ of decoupled weight decay. Default: 0. */
  readonly weightDecay?: number;
  /** Decay of a moving average of the weights, or null for none. Default: null. */
  readonly averageDecay?: number | null;
}

type Gradients = Parameters<tf.Optimizer['applyGradients']>[0];

/**
 * Adam for any tfjs program, over all variables at once: one kernel call a step instead of ten operations a variable.
 * The variables are fixed by the first step. Needs {@link accelerate}.
 *
 * @example
 * const optimizer = new FlatAdam({ learningRate: 1e-3, averageDecay: 0.999 });
 * optimizer.minimize(() => loss());
 */
export class FlatAdam extends tf.Optimizer {
  learningRate: number;
  readonly #kernel: string;
  readonly #options: Required<Omit<FlatAdamOptions, 'learningRate'>>;
  #names: readonly string[] | null = null;
  #shapes: readonly (readonly number[])[] = [];
  #slots: readonly [tf.Tensor1D, tf.Tensor1D] | null = null;
  #average: tf.Tensor1D | null = null;
  #iteration = 0;

  constructor(options: FlatAdamOptions = {}, kernel: 'AdamStep' | 'AdamaxStep' = 'AdamStep') {
    super();
    const {
      learningRate = 1e-3,
      beta1 = 0.9,
      beta2 = 0.999,
      epsilon = 1e-8,
      weightDecay = 0,
      averageDecay = null,
    } = options;
    this.learningRate = learningRate;
    this.#options = { beta1, beta2, epsilon, weightDecay, averageDecay };
    this.#kernel = kernel;
  }

  /** Replaces the variables' values by one step against their gradients, `{ name: gradient }` as `variableGrads` gives them. */
  override applyGradients(gradients: Gradients): void {
    const named = new Map(
      Array.isArray(gradients)
        ? gradients.map(({ name, tensor }) => [name, tensor] as const)
        : Object.entries(gradients),
    );
    for (const [name, gradient] of named) if ((gradient as tf.Tensor | null) === null) named.delete(name);
    this.#names ??= [...named.keys()];
    const variables = this.#variables(named);
    const next = tf.tidy(() => {
      const gradients = this.#names!.map((name) => named.get(name)!);
      const size = this.#shapes.reduce((sum, shape) => sum + tf.util.sizeFromShape(shape as number[]), 0);
      const slots = this.#slots ?? [tf.zeros([size]), tf.zeros([size])];
      const { averageDecay, ...settings } = this.#options;
      const attributes: StepAttributes = { ...settings, learningRate: this.learningRate, iteration: ++this.#iteration };
      const kept: tf.Tensor[] = [];
      if (averageDecay !== null) this.#average ??= tf.keep(join(variables));
      const outputs = run(this.#kernel, [...variables, ...gradients, ...slots], attributes);
      if (averageDecay !== null) {
        const decay = Math.min(averageDecay, (1 + this.#iteration) / (10 + this.#iteration));
        kept.push(run('AverageStep', { average: this.#average!, x: join(outputs.slice(0, -2)) }, { decay })[0]!);
      }
      variables.forEach((variable, i) => variable.assign(outputs[i]!));
      return [...outputs.slice(-2), ...kept];
    });
    tf.dispose([...(this.#slots ?? []), ...(this.#average === null ? [] : [this.#average])]);
    this.#slots = [tf.keep(next[0]!) as tf.Tensor1D, tf.keep(next[1]!) as tf.Tensor1D];
    this.#average = next[2] === undefined ? null : (tf.keep(next[2]) as tf.Tensor1D);
    this.incrementIterations();
  }

  /** Writes the moving average into the variables, or does nothing without `averageDecay`; the training's weights are lost. */
  useAverage(): void {
    const average = this.#average;
    if (average === null || this.#names === null) return;
    const all = tf.engine().registeredVariables;
    tf.tidy(() => {
      const parts = run('SplitFlat', { x: average }, { shapes: this.#shapes });
      this.#names!.forEach((name, i) => all[name]!.assign(parts[i]!));
    });
  }

  override dispose(): void {
    tf.dispose([...(this.#slots ?? []), ...(this.#average === null ? [] : [this.#average])]);
    this.#slots = null;
    this.#average = null;
    super.dispose();
  }

  /** As tfjs names its classes. */
  override getClassName(): string {
    return this.#kernel === 'AdamStep' ? 'FlatAdam' : 'FlatAdamax';
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...this.#options, learningRate: this.learningRate };
  }

  /** @throws Error when the gradients are of other variables than those of the first step */
  #variables(named: ReadonlyMap<string, tf.Tensor>): tf.Variable[] {
    const names = this.#names!;
    const missing = names.find((name) => named.get(name) === undefined);
    if (missing !== undefined || named.size !== names.length) {
      const what =
        missing === undefined ? `${named.size} variables instead of ${names.length}` : `none for "${missing}"`;
      throw new Error(`every step needs gradients of the variables of the first one: found ${what}`);
    }
    const all = tf.engine().registeredVariables;
    const variables = names.map((name) => all[name]!);
    if (this.#iteration === 0) this.#shapes = variables.map(({ shape }) => shape);
    return variables;
  }
}

/** Adamax for any tfjs program, over all variables at once; see {@link FlatAdam}. */
export class FlatAdamax extends FlatAdam {
  constructor(options: FlatAdamOptions = {}) {
    super(options, 'AdamaxStep');
  }
}

function join(tensors: readonly tf.Tensor[]): tf.Tensor1D {
  const flat = tensors.map((each) => tf.reshape(each, [-1]) as tf.Tensor1D);
  return flat.length === 1 ? tf.clone(flat[0]!) : tf.concat1d(flat);
}

function run(
  kernelName: string,
  inputs: Record<string, tf.Tensor> | readonly tf.Tensor[],
  attributes: object,
): tf.Tensor[] {
  if ((tf.getKernel(kernelName, tf.getBackend()) as tf.KernelConfig | undefined) === undefined) {
    throw new Error(
      `the kernel ${kernelName} is not there on the backend ${tf.getBackend()}: await accelerate() first`,
    );
  }
  const result = tf.engine().runKernel(kernelName, inputs as tf.NamedTensorMap, attributes as tf.NamedAttrMap) as
    tf.Tensor | tf.Tensor[];
  return Array.isArray(result) ? result : [result];
}
