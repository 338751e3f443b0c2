import {
  loadWeights,
  packModel,
  packWeights,
  readSafetensors,
  sha256Hex,
  unpackModel,
  writeSafetensors,
  type ModelSpec,
  type NamedArray,
} from '@flowzoo/core';
import { describe } from 'vitest';
import { refuses, registry, worldForTests } from './refuses.ts';

const world = worldForTests();

describe('weights', () => {
  /** The saved model with other bytes; `honest` makes length and hash those of the new bytes. */
  const load = async (damage: (weights: Uint8Array) => Uint8Array, options = { honest: false }): Promise<unknown> => {
    const packed = await packModel(world.flow);
    const weights = damage(packed.weights);
    const honest = { ...packed.spec.weights!, bytes: weights.length, sha256: await sha256Hex(weights) };
    const spec: ModelSpec = options.honest ? { ...packed.spec, weights: honest } : packed.spec;
    return unpackModel({ spec, weights }, { registry, at: 'my/model.safetensors' });
  };
  const withTensors = (change: (tensors: Map<string, NamedArray>) => void) => (): Promise<unknown> =>
    load(
      (weights) => {
        const { tensors } = readSafetensors(weights);
        change(tensors);
        return writeSafetensors(tensors);
      },
      { honest: true },
    );
  const numbers = (length: number): NamedArray => ({ dtype: 'F32', shape: [length], data: new Float32Array(length) });
  const mean = 'layers.0.mean';

  refuses(world, [
    [
      'that are truncated',
      () => load((weights) => weights.slice(0, -1)),
      'E_WEIGHTS_HASH',
      /^my\/model\.safetensors: the weights have the wrong length \(expected \d+ bytes, got \d+ bytes\)\. The file is damaged or/,
    ],
    [
      'with one bit flipped',
      () => load((weights) => weights.with(-1, weights.at(-1)! ^ 1)),
      'E_WEIGHTS_HASH',
      /^my\/model\.safetensors: the weights have the wrong SHA-256 \(expected [0-9a-f]{64}, got [0-9a-f]{64}\)\. The file is dam/,
    ],
    [
      'that are truncated, hash and length made to fit',
      () => load((weights) => weights.slice(0, -4), { honest: true }),
      'E_WEIGHTS_FORMAT',
      'my/model.safetensors',
    ],
    [
      'that are a picture',
      () => load(() => Uint8Array.from('\u0089PNG\r\n\u001a\n picture', (c) => c.charCodeAt(0)), { honest: true }),
      'E_WEIGHTS_FORMAT',
      'my/model.safetensors',
    ],
    [
      'of the wrong shape',
      withTensors((tensors) => tensors.set(mean, numbers(3))),
      'E_WEIGHTS_SHAPE',
      `my/model.safetensors: "${mean}" has the wrong shape (expected [2], got [3])`,
    ],
    [
      'of the wrong dtype',
      withTensors((tensors) => tensors.set(mean, { dtype: 'I32', shape: [2], data: new Int32Array(2) })),
      'E_WEIGHTS_DTYPE',
      `my/model.safetensors: "${mean}" has the wrong dtype (expected F32 or F16 or BF16, got I32)`,
    ],
    [
      'with a name missing',
      withTensors((tensors) => void tensors.delete(mean)),
      'E_WEIGHTS_NAMES',
      new RegExp(
        `the weights belong to another model \\(expected \\d+ tensors, got \\d+ tensors\\)\\..*\\n  missing: ${mean}$`,
      ),
    ],
    [
      'with a name too many',
      withTensors((tensors) => tensors.set('ghost', numbers(1))),
      'E_WEIGHTS_NAMES',
      /Load them with the spec they were saved with\n {2}not in the model: ghost$/,
    ],
    [
      'of another model, into one that lives',
      async () => loadWeights(world.flow, await packWeights(world.conditional)),
      'E_WEIGHTS_NAMES',
      'weights: the weights belong to another model',
    ],
  ]);
});
