import * as tf from '@tensorflow/tfjs';
import { createRegistry } from '@flowzoo/core';
import { autoregressive } from '../src/plugin.ts';
import type { WaveNet } from '../src/wavenet/index.ts';
import { scatter } from './image-models.ts';

const registry = createRegistry().use(autoregressive);

/** Builds a WaveNet and draws its parameters at order 1; `scale: null` leaves them as they start. */
export function waveModel(
  config: Readonly<Record<string, unknown>>,
  site: {
    readonly time: number;
    readonly contextSize?: number;
    readonly scale?: number | null;
    /** Factor on the biases after that. */
    readonly biasScale?: number;
  },
): WaveNet {
  const { time, contextSize = 0, scale = 1, biasScale = 1 } = site;
  const built = { eventShape: [time], contextSize, path: 'model' };
  const model = registry.distribution({ type: 'wavenet', ...config }, built) as WaveNet;
  if (scale !== null) scatter(model, scale);
  for (const variable of model.variables.values()) {
    if (variable.rank === 1) tf.tidy(() => variable.assign(tf.mul(variable, biasScale)));
  }
  return model;
}
