import * as tf from '@tensorflow/tfjs';
import type { Conditioner } from '../contracts/conditioner.ts';
import { PartBase } from '../contracts/part-base.ts';
import type { Shape } from '../contracts/shape.ts';
import { sizeOf } from '../contracts/shape.ts';
import { linear } from '../ops/index.ts';
import type { ConditionerBuild } from '../registry/build.ts';
import { CONTRACT, definePlugin, type Plugin } from '../registry/plugin.ts';

/** Type id of the conditioner that counts its calls. */
export const COUNTING = 'conformance/counting';

/** A plugin whose conditioner counts its calls, and the counts: one entry per instance. */
export function countingPlugin(): { readonly plugin: Plugin; readonly counts: number[] } {
  const counts: number[] = [];
  const plugin = definePlugin({
    name: 'conformance-counting',
    version: '1.0.0',
    contract: CONTRACT,
    conditioners: {
      [COUNTING]: {
        version: 1,
        schema: { type: 'object', description: 'A linear conditioner that counts its calls.' },
        create: (_config, build) => new CountingConditioner(build, counts),
      },
    },
  });
  return { plugin, counts };
}

/** A linear map per position (images) or of the whole vector, which takes any shape a layer asks for. */
class CountingConditioner extends PartBase implements Conditioner {
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly contextSize: number;
  readonly #weight: tf.Variable;
  readonly #contextWeight: tf.Variable | null;
  readonly #counts: number[];
  readonly #index: number;

  constructor(build: ConditionerBuild, counts: number[]) {
    super(COUNTING, build.path);
    this.inputShape = build.inputShape;
    this.outputShape = build.outputShape;
    this.contextSize = build.contextSize;
    const shape = [sizeOf(this.inputShape), sizeOf(this.outputShape)];
    this.#weight = this.addVariable('weight', tf.tensor(build.random.normals(sizeOf(shape)), shape));
    const width = [this.contextSize, shape[1]!];
    this.#contextWeight =
      this.contextSize === 0
        ? null
        : this.addVariable('context', tf.tensor(build.random.normals(sizeOf(width)), width));
    this.#counts = counts;
    this.#index = counts.push(0) - 1;
  }

  apply(input: tf.Tensor, context?: tf.Tensor): tf.Tensor {
    this.#counts[this.#index]!++;
    return tf.tidy(() => {
      const batch = input.shape[0]!;
      const flat = tf.reshape(input, [batch, sizeOf(this.inputShape)]) as tf.Tensor2D;
      // Small, so that what the parameters drive stays in its ordinary range.
      let output: tf.Tensor = tf.mul(linear(flat, this.#weight as unknown as tf.Tensor2D), 0.1);
      if (this.#contextWeight !== null && context !== undefined) {
        output = tf.add(output, linear(context as tf.Tensor2D, this.#contextWeight as unknown as tf.Tensor2D));
      }
      return tf.reshape(output, [batch, ...this.outputShape]);
    });
  }
}
