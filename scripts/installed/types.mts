/** A strict program as a user writes it: only type-checked, against the declarations of the installed packages. */
import * as tf from '@tensorflow/tfjs';
import { createRegistry, fit, isFlowzooError } from '@flowzoo/core';
import type { FlowModel, FitResult, Plugin } from '@flowzoo/core';
import { loadModel, saveModel } from '@flowzoo/core/node';
import { coupling } from '@flowzoo/layers-coupling';

export const plugin: Plugin = coupling;

export async function train(spec: unknown, rows: tf.Tensor2D): Promise<number> {
  const registry = createRegistry().use(plugin);
  const model = registry.build<FlowModel>(spec);
  const result: FitResult = await fit(model, { x: rows }, { steps: 10, signal: new AbortController().signal });
  await saveModel('folder', model);
  const loaded = await loadModel<FlowModel>('folder', { registry });
  const nats: tf.Tensor = tf.tidy(() => loaded.logProb(rows));
  nats.dispose();
  return result.steps;
}

export function codeOf(error: unknown): string {
  return isFlowzooError(error) ? error.code : 'unknown';
}

// @ts-expect-error a registry takes plugins, not names
createRegistry().use('@flowzoo/layers-coupling');
