import * as tf from '@tensorflow/tfjs';
import type { Bijector, Mapped } from '../contracts/bijector.ts';
import type { Distribution } from '../contracts/distribution.ts';
import { contextFor } from './through.ts';

/** Where numbers first stopped being finite. */
export interface NonFinite {
  /** Path and type: `layers[3] (affine-coupling)`. */
  readonly place: string;
  readonly what: 'input' | 'output' | 'log-det' | 'log-density';
  /** Row of the batch, from 0. */
  readonly row: number;
}

/** What is walked: a flow's layers and base. */
export interface Walk {
  readonly layers: readonly Bijector[];
  readonly base: Distribution;
}

/** Walks a flow from the data side and reports the first tensor with NaN or infinity in it. */
export async function findNonFinite(flow: Walk, x: tf.Tensor, context?: tf.Tensor): Promise<NonFinite | null> {
  const badInput = await firstBadRow(x);
  if (badInput !== null) return { place: 'data', what: 'input', row: badInput };
  let value = tf.clone(x);
  try {
    for (const layer of flow.layers) {
      const place = `${layer.path} (${layer.type})`;
      const mapped: Mapped = layer.inverse(value, contextFor(layer, context));
      value.dispose();
      value = mapped.value;
      const badOutput = await firstBadRow(mapped.value);
      const badLogDet = await firstBadRow(mapped.logDet);
      mapped.logDet.dispose();
      if (badOutput !== null) return { place, what: 'output', row: badOutput };
      if (badLogDet !== null) return { place, what: 'log-det', row: badLogDet };
    }
    const density = flow.base.logProb(value, contextFor(flow.base, context));
    const bad = await firstBadRow(density);
    density.dispose();
    return bad === null ? null : { place: `base (${flow.base.type})`, what: 'log-density', row: bad };
  } finally {
    value.dispose();
  }
}

async function firstBadRow(tensor: tf.Tensor): Promise<number | null> {
  const values = await tensor.data();
  const index = values.findIndex((value) => !Number.isFinite(value));
  return index < 0 ? null : Math.floor(index / Math.max(1, tensor.size / tensor.shape[0]!));
}
