import { createRegistry, packModel, Random, unpackModel } from '@flowzoo/core';
import type { Model, ModelSpec, PackedModel, Registry } from '@flowzoo/core';
import { autoregressive } from '@flowzoo/layers-autoregressive';
import { coupling } from '@flowzoo/layers-coupling';
import { glow } from '@flowzoo/layers-glow';
import * as tf from '@tensorflow/tfjs';
import type { Case } from './cases.ts';

export const registry: Registry = createRegistry().use(coupling).use(autoregressive).use(glow);

/** A saved flow of a case whose variables and statistics are of the order of 1. */
export async function randomModel({ name, event, context = 0, layers, base }: Case): Promise<PackedModel> {
  return randomOf(name, { event, context, model: { type: 'flow', base, layers } as ModelSpec['model'] });
}

/** A saved model whose variables and statistics are of the order of 1. */
export async function randomOf(
  name: string,
  what: Pick<ModelSpec, 'event' | 'context' | 'model'>,
): Promise<PackedModel> {
  const spec: ModelSpec = { format: 'flowzoo/model', version: 1, seed: 3, ...what };
  const model = registry.build<Model>(spec);
  try {
    const masked = [...model.state.keys()].flatMap((key) => /^(.*)\.(?:order|parents)$/.exec(key)?.[1] ?? []);
    for (const [key, variable] of model.variables) {
      const isMasked = key.endsWith('.weight') && masked.some((prefix) => key.startsWith(`${prefix}.`));
      fill(variable, new Random(`${name} ${key}`), { name: key, isMasked });
    }
    for (const [key, entry] of model.state) {
      const layer = key.slice(0, key.lastIndexOf('.'));
      const isFitted = model.state.has(`${layer}.initialized`) || model.state.has(`${layer}.variance`);
      if (key.endsWith('.initialized')) entry.assign(tf.scalar(1, 'int32'));
      else if (isFitted) fill(entry, new Random(`${name} ${key}`), { name: key, isMasked: false });
    }
    return await packModel(model);
  } finally {
    model.dispose();
  }
}

/** Positive numbers for scales and variances, weights by their fan-in, normal numbers for the rest. */
function fill(
  variable: tf.Variable,
  random: Random,
  { name, isMasked }: { readonly name: string; readonly isMasked: boolean },
): void {
  const isPositive = /\.(?:scale|variance)$/.test(name);
  const spread = spreadOf(name, variable);
  // A weight that starts at zero where its neighbours do not is masked there.
  const before = isMasked ? variable.dataSync() : null;
  const values = random.normals(variable.size).map((each, i) => {
    if (name.endsWith('.sign')) return each < 0 ? -1 : 1;
    return before?.[i] === 0 ? 0 : isPositive ? Math.exp(each / 2) : spread * each;
  });
  tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
}

function spreadOf(name: string, { shape, size }: tf.Variable): number {
  const fanIn = Math.max(1, size / (shape.at(-1) ?? 1));
  // What comes out of Glow's networks is an exponent: were it larger, float32 would tell little of such models.
  const isExponent = /\.(?:last|layer)\.(?:convolution\.|bias|logScale)/.test(name);
  if (/(?:^|\.)(?:weight|above|row|edge)$/.test(name)) return (isExponent ? 0.4 : 1) / Math.sqrt(fanIn);
  // Inverses of triangles grow like powers of what is off the diagonal.
  if (name.endsWith('.factors')) return 1 / fanIn;
  // Glow multiplies its log-scales by 3.
  return isExponent || /\.(?:actnorm|hidden\.\d+)\.logScale$/.test(name) ? 0.2 : 0.6;
}

export async function unpack<M extends Model>(packed: PackedModel): Promise<M> {
  return unpackModel<M>(packed, { registry });
}
