import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRegistry, type FlowModel } from '../registry/registry.ts';
import { readSafetensors, writeSafetensors, type NamedArray } from '../safetensors/index.ts';
import { sha256Hex } from '../hash/index.ts';
import { loadWeights, packModel, packWeights, unpackModel, type PackedModel } from './index.ts';

const registry = createRegistry();

const spec = (seed: number): object => ({
  format: 'flowzoo/model',
  version: 1,
  event: [3],
  seed,
  model: {
    type: 'flow',
    base: { type: 'diagonal-normal' },
    layers: [{ type: 'permutation', order: 'random' }, { type: 'scale' }, { type: 'standardize' }],
  },
});

/** A flow with fitted state and weights away from their start. */
function build(seed: number): FlowModel {
  const flow = registry.build<FlowModel>(spec(seed));
  tf.tidy(() => flow.initialize(tf.tensor2d([1, 2, 9, -3, 5, 4, 0, 7, 8], [3, 3])));
  for (const variable of flow.variables.values()) {
    tf.tidy(() => variable.assign(tf.add(variable, 0.25)));
  }
  return flow;
}

function scores(flow: FlowModel): Float32Array {
  return tf.tidy(() =>
    flow
      .logProb(tf.tensor2d([1, 2, 3, -1, 0, 4], [2, 3]))
      .dataSync<'float32'>()
      .slice(),
  );
}

/** The packed model with other weights, whose hash and length fit again: what only deeper checks can refuse. */
async function withArrays(
  packed: PackedModel,
  change: (arrays: Map<string, NamedArray>) => void,
): Promise<PackedModel> {
  const { tensors } = readSafetensors(packed.weights);
  change(tensors);
  const weights = writeSafetensors(tensors);
  const reference = { ...packed.spec.weights!, bytes: weights.length, sha256: await sha256Hex(weights) };
  return { spec: { ...packed.spec, weights: reference }, weights };
}

describe.each(['cpu', 'wasm'])('saving on %s', (backend) => {
  let flow: FlowModel;
  let packed: PackedModel;

  beforeEach(async () => {
    await tf.setBackend(backend);
    flow = build(1);
    packed = await packModel(flow);
  });
  afterEach(() => flow.dispose());

  it('comes back with weights, permutation and fitted state, whatever the seed of the copy', async () => {
    const copy = await unpackModel<FlowModel>({ ...packed, spec: { ...packed.spec, seed: 99 } }, { registry });
    expect(scores(copy)).toEqual(scores(flow));
    copy.dispose();
  });

  it('writes the same bytes for the same model', async () => {
    expect(await packWeights(flow)).toEqual(packed.weights);
  });

  it('leaves no tensor behind, loaded or refused', async () => {
    const before = tf.memory().numTensors;
    const copy = await unpackModel(packed, { registry });
    copy.dispose();
    await expect(unpackModel({ ...packed, weights: packed.weights.slice(0, 40) }, { registry })).rejects.toThrow(
      'weights',
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each<[string, (packed: PackedModel) => PackedModel | Promise<PackedModel>, string, RegExp]>([
    [
      'truncated',
      ({ weights, ...rest }) => ({ ...rest, weights: weights.slice(0, -5) }),
      'E_WEIGHTS_HASH',
      /w\.safetensors: the weights have the wrong length \(expected \d+ bytes, got \d+ bytes\)\. The file is damaged/,
    ],
    [
      'bit-flipped',
      ({ weights, ...rest }) => ({
        ...rest,
        weights: weights.map((byte, i) => (i === weights.length - 3 ? byte ^ 4 : byte)),
      }),
      'E_WEIGHTS_HASH',
      /wrong SHA-256 \(expected [0-9a-f]{64}, got [0-9a-f]{64}\)/,
    ],
    [
      'missing a name',
      (all) => withArrays(all, (arrays) => arrays.delete('layers.1.logScale')),
      'E_WEIGHTS_NAMES',
      /belong to another model[\s\S]*missing: layers\.1\.logScale/,
    ],
    [
      'an extra name',
      (all) =>
        withArrays(all, (arrays) => arrays.set('ghost', { dtype: 'F32', shape: [1], data: new Float32Array(1) })),
      'E_WEIGHTS_NAMES',
      /not in the model: ghost/,
    ],
    [
      'a wrong shape',
      (all) =>
        withArrays(all, (arrays) => arrays.set('base.mean', { dtype: 'F32', shape: [2], data: new Float32Array(2) })),
      'E_WEIGHTS_SHAPE',
      /"base\.mean" has the wrong shape \(expected \[3\], got \[2\]\)/,
    ],
    [
      'a wrong dtype',
      (all) =>
        withArrays(all, (arrays) => arrays.set('base.mean', { dtype: 'I32', shape: [3], data: new Int32Array(3) })),
      'E_WEIGHTS_DTYPE',
      /"base\.mean" has the wrong dtype \(expected F32 or F16 or BF16, got I32\)/,
    ],
  ])('refuses weights that are %s', async (_name, damage, code, message) => {
    const damaged = await damage(packed);
    const load = unpackModel(damaged, { registry, at: 'w.safetensors' });
    await expect(load).rejects.toThrow(message);
    await expect(load).rejects.toMatchObject({ code });
  });

  it('leaves a model as it was when a load fails', async () => {
    const before = scores(flow);
    const damaged = await withArrays(packed, (arrays) => {
      arrays.set('layers.1.logScale', { dtype: 'F32', shape: [1], data: new Float32Array(1) });
    });
    expect(() => loadWeights(flow, damaged.weights)).toThrow(/wrong shape/);
    expect(scores(flow)).toEqual(before);
  });

  it('refuses a spec that names no weights', async () => {
    const { weights: _none, ...bare } = packed.spec;
    await expect(unpackModel({ spec: bare, weights: packed.weights }, { registry })).rejects.toThrow(
      /the spec names no weights/,
    );
  });
});

describe('half precision', () => {
  it('halves the weights, keeps state exact, and loads within its rounding', async () => {
    const flow = build(5);
    const full = await packModel(flow);
    const { spec: halved, weights } = await packModel(flow, { precision: 'float16' });
    expect(halved.weights!.bytes).toBe(weights.length);
    expect(weights.length).toBeLessThan(full.weights.length);
    const stored = readSafetensors(weights);
    for (const name of flow.variables.keys()) expect(stored.tensors.get(name)!.dtype).toBe('F16');
    for (const name of flow.state.keys()) expect(stored.tensors.get(name)!.dtype).not.toBe('F16');
    const copy = await unpackModel<FlowModel>({ spec: halved, weights }, { registry });
    scores(copy).forEach((score, row) => expect(score).toBeCloseTo(scores(flow)[row]!, 2));
    flow.dispose();
    copy.dispose();
  });
});
