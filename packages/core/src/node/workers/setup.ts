import type { Registry } from '../../registry/registry.ts';

/** What a thread computes with. */
export interface WorkerEnvironment {
  /** With every plugin that the model's spec needs. */
  readonly registry: Registry;
}

/**
 * What a setup module exports as `setup`: it runs once in every thread, chooses the backend that the caller has, and
 * registers plugins.
 *
 * @example
 * // flows.js
 * import * as tf from '@tensorflow/tfjs';
 * import '@tensorflow/tfjs-backend-wasm';
 * import { createRegistry } from '@flowzoo/core';
 * import { coupling } from '@flowzoo/layers-coupling';
 * import { myLayers } from './my-layers.js';
 *
 * export async function setup() {
 *   await tf.setBackend('wasm');
 *   return { registry: createRegistry().use(coupling).use(myLayers) };
 * }
 */
export type WorkerSetup<Options = unknown> = (options: Options) => WorkerEnvironment | Promise<WorkerEnvironment>;
