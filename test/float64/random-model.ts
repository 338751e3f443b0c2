import { createRegistry, packModel, Random, unpackModel } from '@flowzoo/core';
import type { FlowModel, ModelSpec, PackedModel, Registry } from '@flowzoo/core';
import { coupling } from '@flowzoo/layers-coupling';
import * as tf from '@tensorflow/tfjs';
import type { Case } from './cases.ts';

export const registry: Registry = createRegistry().use(coupling);

/** A saved flow of a case whose variables and statistics are of the order of 1. */
export async function randomModel({ name, event, layers, base }: Case): Promise<PackedModel> {
  const spec = { format: 'flowzoo/model', version: 1, event, seed: 3, model: { type: 'flow', base, layers } } as const;
  const model = registry.build<FlowModel>(spec satisfies ModelSpec);
  try {
    for (const [key, variable] of model.variables) fill(variable, new Random(`${name} ${key}`), key);
    for (const [key, entry] of model.state) {
      const layer = key.slice(0, key.lastIndexOf('.'));
      const isFitted = model.state.has(`${layer}.initialized`) || model.state.has(`${layer}.variance`);
      if (key.endsWith('.initialized')) entry.assign(tf.scalar(1, 'int32'));
      else if (isFitted) fill(entry, new Random(`${name} ${key}`), key);
    }
    return await packModel(model);
  } finally {
    model.dispose();
  }
}

/** Positive numbers for scales and variances, weights by their fan-in, normal numbers for the rest. */
function fill(variable: tf.Variable, random: Random, name: string): void {
  const positive = /\.(?:scale|variance)$/.test(name);
  const spread = name.endsWith('.weight') ? 1 / Math.sqrt(variable.shape[0]!) : 0.6;
  const values = random.normals(variable.size).map((each) => (positive ? Math.exp(each / 2) : spread * each));
  tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
}

export async function unpack(packed: PackedModel): Promise<FlowModel> {
  return unpackModel<FlowModel>(packed, { registry });
}
