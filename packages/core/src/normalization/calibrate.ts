import * as tf from '@tensorflow/tfjs';
import type { Bijector } from '../contracts/bijector.ts';
import { FlowzooError } from '../errors/flowzoo-error.ts';

/** A layer that can take its statistics from data, by what it does and not by its class. */
interface Calibratable extends Bijector {
  calibrate(x: tf.Tensor): tf.Tensor;
}

/**
 * Gives every batch normalization among the layers (and inside their chains) the exact statistics of the data that reach
 * it, in order: with all training rows, after training, what the code of MAF evaluates with.
 *
 * @param layers From the data side to the latent side, in evaluation mode: `flow.layers`.
 * @param x `[rows, ...eventShape]`.
 * @param context `[rows, contextSize]`, where the layers take one.
 * @throws E_OPTION when batch normalization hides inside a layer other than a chain
 * @example
 * calibrateBatchNormalization(flow.layers, trainingRows);
 */
export function calibrateBatchNormalization(layers: readonly Bijector[], x: tf.Tensor, context?: tf.Tensor): void {
  const flat = layers.flatMap(flattened);
  tf.tidy(() => {
    let value = x;
    for (const layer of flat) {
      const own = layer.contextSize > 0 ? context : undefined;
      value = isCalibratable(layer) ? layer.calibrate(value) : layer.inverse(value, own).value;
    }
  });
}

function flattened(layer: Bijector): Bijector[] {
  if (layer.type === 'chain') return (layer as Bijector & { layers: readonly Bijector[] }).layers.flatMap(flattened);
  if (!layer.traits.batchCoupled || isCalibratable(layer)) return [layer];
  throw new FlowzooError('E_OPTION', `batch normalization inside "${layer.type}" cannot be calibrated`, {
    at: layer.path,
    expected: 'batch normalization among the layers of a flow or of its chains',
    remedy: 'Evaluate with the running statistics instead',
  });
}

function isCalibratable(layer: Bijector): layer is Calibratable {
  return 'calibrate' in layer && typeof layer.calibrate === 'function';
}
