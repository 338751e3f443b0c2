import * as tf from '@tensorflow/tfjs';
import type { Mapped } from '../contracts/bijector.ts';
import { BijectorBase, type BijectorOptions } from '../contracts/bijector-base.ts';
import type { BijectorBuild } from '../registry/build.ts';
import { CONTRACT, definePlugin, type Plugin } from '../registry/plugin.ts';
import { runConformance, type Case, type ClauseResult } from './index.ts';

/** A correct layer: x = exp(tanh(s)) z + t + W c, element by element. Wrong ones override a little of it. */
export class Affine extends BijectorBase {
  protected readonly scale: tf.Variable;
  protected readonly shift: tf.Variable;
  protected readonly weight: tf.Variable | null;

  constructor(build: BijectorBuild, options: Partial<BijectorOptions> = {}) {
    const { dataShape, contextSize, path } = build;
    super({ type: 'acme/layer', path, dataShape, contextSize, structure: { kind: 'elementwise' }, ...options });
    const shape = [...dataShape];
    this.scale = this.addVariable('scale', tf.zeros(shape));
    this.shift = this.addVariable('shift', tf.zeros(shape));
    this.weight = contextSize === 0 ? null : this.addVariable('weight', tf.zeros([contextSize, 1]));
  }

  protected logScale(): tf.Tensor {
    return tf.tanh(this.scale);
  }

  protected offset(context: tf.Tensor | undefined): tf.Tensor {
    if (this.weight === null || context === undefined) return this.shift;
    const moved = tf.matMul(context as tf.Tensor2D, this.weight as unknown as tf.Tensor2D);
    return tf.add(tf.reshape(moved, [-1, ...this.dataShape.map(() => 1)]), this.shift);
  }

  protected logDet(batch: number, sign: number): tf.Tensor {
    return tf.mul(tf.ones([batch]), tf.mul(tf.sum(this.logScale()), sign));
  }

  protected computeForward(z: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    const value = tf.add(tf.mul(z, tf.exp(this.logScale())), this.offset(context));
    return { value, logDet: this.logDet(z.shape[0]!, 1) };
  }

  protected computeInverse(x: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    const value = tf.div(tf.sub(x, this.offset(context)), tf.exp(this.logScale()));
    return { value, logDet: this.logDet(x.shape[0]!, -1) };
  }
}

/** Anything a plugin builds without configuration. */
export type Layer = new (build: BijectorBuild) => BijectorBase;

/** A plugin of one layer. */
export function pluginOf(layer: Layer, properties: Readonly<Record<string, unknown>> = {}): Plugin {
  return definePlugin({
    name: 'acme-layers',
    version: '1.0.0',
    contract: CONTRACT,
    bijectors: {
      'acme/layer': {
        version: 1,
        schema: { type: 'object', properties },
        create: (config, build) => new layer({ ...build, ...config } as BijectorBuild),
      },
    },
  });
}

/** What fails on cpu. */
export async function failuresOf(layer: Layer, cases?: readonly Case[]): Promise<ClauseResult[]> {
  const results = await runConformance(pluginOf(layer), {
    backends: ['cpu'],
    ...(cases !== undefined && { cases: { 'acme/layer': cases } }),
  });
  return results.filter(({ status }) => status === 'failed');
}
