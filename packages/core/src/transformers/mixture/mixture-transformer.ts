import * as tf from '@tensorflow/tfjs';
import { PartBase } from '../../contracts/part-base.ts';
import type { ScalarMapped, Transformer } from '../../contracts/transformer.ts';
import type { PartConfig } from '../../registry/plugin.ts';
import type { Direction } from '../direction.ts';
import type { ComponentFamily } from './component-family.ts';
import { mixtureOfArrays } from './mixture-arrays.ts';
import { mixtureForm, type MixtureForm } from './mixture-form.ts';
import { MixtureKernel } from './mixture-kernel.ts';
import type { LogScaleOptions, MixtureOptions, MixtureOutput } from './mixture-options.ts';
import { mixtureOfTensors, type TensorFamily } from './mixture-tensors.ts';

/** Backends whose tensors can be read at once and for free. */
const READABLE: ReadonlySet<string> = new Set(['cpu', 'wasm']);

/** What distinguishes one mixture transformer from another. */
export interface MixtureKind {
  readonly type: string;
  readonly output: MixtureOutput;
  readonly family: ComponentFamily;
  readonly tensors: TensorFamily;
}

/** What the mixture transformers share: parameters of one layout, and the choice between kernel and tensor operations. */
export abstract class MixtureTransformer extends PartBase implements Transformer {
  readonly parameterCount: number;
  readonly constantLogDet = false;
  readonly #form: MixtureForm;
  readonly #kernel: MixtureKernel;
  readonly #tensors: TensorFamily;
  readonly #direction: Direction;

  protected constructor(kind: MixtureKind, options: MixtureOptions) {
    super(kind.type, options.path ?? '');
    this.#form = mixtureForm(options, { output: kind.output, family: kind.family, at: this.place });
    this.#kernel = new MixtureKernel(this.#form, kind.family);
    this.#tensors = kind.tensors;
    this.#direction = options.direction ?? 'inverse';
    this.parameterCount = this.#form.parameterCount;
  }

  forward(z: tf.Tensor, parameters: tf.Tensor): ScalarMapped {
    return this.#mapped(z, parameters, { solve: this.#direction !== 'forward' });
  }

  inverse(x: tf.Tensor, parameters: tf.Tensor): ScalarMapped {
    return this.#mapped(x, parameters, { solve: this.#direction !== 'inverse' });
  }

  mapArrays(input: Float32Array, parameters: Float32Array, direction: Direction): Float32Array {
    return this.#kernel.evaluate(input, parameters, this.#direction !== direction).output;
  }

  #mapped(input: tf.Tensor, parameters: tf.Tensor, options: { readonly solve: boolean }): ScalarMapped {
    if (input.size === 0 || READABLE.has(tf.getBackend())) {
      return mixtureOfArrays(this.#kernel, input, parameters, options);
    }
    return mixtureOfTensors(this.#form, this.#tensors, input, parameters, options);
  }
}

/** A configuration with the schema's defaults filled in. */
export interface MixtureConfig extends PartConfig {
  readonly components: number;
  readonly direction: Direction;
  readonly output: MixtureOutput;
  readonly spread: number;
  readonly logScale: LogScaleOptions;
  readonly outerLogScale: LogScaleOptions;
}

/** The options that a configuration stands for. */
export function mixtureOptions(config: MixtureConfig, path: string): MixtureOptions {
  const { components, direction, output, spread, logScale, outerLogScale } = config;
  return { path, components, direction, output, spread, logScale, outerLogScale };
}
