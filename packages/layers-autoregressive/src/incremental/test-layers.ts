import { createRegistry, type Bijector } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { normalRows, scatter } from '../../test/masked-parameters.ts';
import type { MaskedAutoregressive } from '../masked-autoregressive/masked-autoregressive.ts';
import type { SequentialInverse } from '../masked-autoregressive/sequential-inverse.ts';
import { autoregressive } from '../plugin.ts';

const registry = createRegistry().use(autoregressive);

interface Site {
  readonly size: number;
  readonly contextSize?: number;
  readonly type?: 'maf' | 'iaf';
}

/** A layer whose variables are of order one. */
export function build(config: object, { size, contextSize = 0, type = 'maf' }: Site): MaskedAutoregressive {
  const spec = { type, hidden: [9, 7], activation: 'tanh', ...config };
  const layer = registry.bijector(spec, { dataShape: [size], contextSize, seed: 5, path: 'layer' });
  scatter(layer);
  return layer as Bijector as MaskedAutoregressive;
}

/** The greatest difference of two ways, values and log-derivatives, relative to their size. */
export function difference(layer: MaskedAutoregressive, batch: number, ways: readonly SequentialInverse[]): number {
  return tf.tidy(() => {
    const { dataShape, contextSize, map } = layer;
    const input = normalRows(batch, dataShape, batch) as tf.Tensor2D;
    const context = contextSize > 0 ? normalRows(batch, [contextSize], 'context') : undefined;
    const [a, b] = ways.map((way) => way(map, input, context));
    return Math.max(
      ...(['value', 'logDerivative'] as const).map((name) => {
        const [found, expected] = [a![name], b![name]];
        const scale = Math.max(1, tf.max(tf.abs(expected)).dataSync()[0]!);
        const distance = tf.max(tf.abs(tf.sub(found, expected))).dataSync()[0]!;
        return distance / scale;
      }),
    );
  });
}
