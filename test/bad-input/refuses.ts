import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {
  createRegistry,
  fit,
  packWeights,
  type DataArray,
  type ErrorDetails,
  type FlowModel,
  type FlowzooError,
  type Registry,
} from '@flowzoo/core';
import { saveModel } from '@flowzoo/core/node';
import { coupling } from '@flowzoo/layers-coupling';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

/** The registry of these tests: core's parts and the couplings. */
export const registry: Registry = createRegistry().use(coupling);

/** A coupling with a small network. */
export const affine = { type: 'affine-coupling', conditioner: { type: 'mlp', hidden: [4] } } as const;

/** A spec of a flow of two columns. */
export function specOf(layers: unknown[], rest: object = {}): Record<string, unknown> {
  return { format: 'flowzoo/model', version: 1, event: [2], model: { type: 'flow', layers }, ...rest };
}

/** Sixteen good rows of two columns. */
export const data: DataArray & { readonly values: Float32Array } = {
  shape: [16, 2],
  values: Float32Array.from({ length: 32 }, (_, i) => Math.sin(3 * i) + (i % 2)),
};

/** What bad input may not touch: a trained model, one that needs a context of three, and the first one's folder. */
export interface World {
  flow: FlowModel;
  conditional: FlowModel;
  folder: string;
}

/** Makes the world of a test file before its tests, and takes it down after them. */
export function worldForTests(): World {
  const world = {} as World;
  beforeAll(async () => {
    await tf.setBackend('wasm');
    world.flow = registry.build<FlowModel>(specOf([{ type: 'standardize' }, affine]));
    await fit(world.flow, data, { steps: 2 });
    world.conditional = registry.build<FlowModel>(specOf([affine], { context: 3 }));
    world.folder = await mkdtemp(join(tmpdir(), 'flowzoo-bad-'));
    await saveModel(world.folder, world.flow);
  });
  afterAll(async () => {
    world.flow.dispose();
    world.conditional.dispose();
    await rm(world.folder, { recursive: true });
  });
  return world;
}

/** One bad input: what is tried, and the code and message that answer it. */
export type Refusal = readonly [name: string, attempt: () => unknown, code: string, message: string | RegExp];

/** Tests that each attempt is refused as told, and that neither a weight, a file nor a tensor is lost or left behind. */
export function refuses(world: World, refusals: readonly Refusal[]): void {
  it.each(refusals)('%s', async (_name, attempt, code, message) => {
    const before = await possessions(world);
    const result = new Promise((resolve) => resolve(attempt()));
    await expect(result).rejects.toMatchObject({ name: 'FlowzooError', code });
    await expect(result).rejects.toThrow(message);
    const { remedy, faults } = await result.then(
      () => ({}) as ErrorDetails,
      (error: FlowzooError) => error.details,
    );
    // A line per fault of a spec holds its own remedy.
    expect(remedy ?? faults?.join()).toMatch(/\w{3}/);
    expect(await possessions(world)).toEqual(before);
  });
}

async function possessions({ flow, conditional, folder }: World): Promise<unknown> {
  const files = new Map<string, string>();
  for (const name of (await readdir(folder)).toSorted()) files.set(name, await readFile(join(folder, name), 'latin1'));
  const weights = await Promise.all([flow, conditional].map((each) => packWeights(each)));
  return { weights, files, tensors: tf.memory().numTensors };
}

/** Runs with tensors that are disposed afterwards, whatever happens. */
export function given<Result>(tensors: tf.Tensor[], run: (...tensors: tf.Tensor[]) => Result): Result {
  const dispose = (): void => tf.dispose(tensors);
  try {
    const result = run(...tensors);
    if (!(result instanceof Promise)) return (dispose(), result);
    return result.finally(dispose) as Result;
  } catch (error) {
    dispose();
    throw error;
  }
}
