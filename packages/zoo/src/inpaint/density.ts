import * as tf from '@tensorflow/tfjs';
import { contextFor, forwardThrough, inverseThrough, type Bijector, type Flow } from '@flowzoo/core';

/**
 * A flow seen from behind its preprocessing.
 *
 * The leading layers that act element by element (dequantization, logit, reshape) keep hidden and visible elements
 * apart, so inpainting moves the hidden ones there: without the kinks of a logit at the edges of the data.
 */
export interface PreprocessedDensity {
  /** Data → preprocessed, `[batch, …]`. */
  prepare(x: tf.Tensor): tf.Tensor;
  /** Preprocessed → data, whole numbers where the data are. */
  restore(v: tf.Tensor): tf.Tensor;
  /** log p(v) per example, `[batch]`, nats, and its gradient with respect to v. */
  logProbAndGradient(v: tf.Tensor): { logProb: tf.Tensor; gradient: tf.Tensor };
  /** A draw of the model in the preprocessed space: where the hidden elements start. */
  draw(count: number, seed: number): Promise<tf.Tensor>;
  /** Closed interval that v must stay in, where preprocessing leaves one. */
  readonly bounds: readonly [number, number] | null;
}

/** Splits a flow into its elementwise head and the rest. */
export function preprocessedDensity(flow: Flow, context: tf.Tensor | undefined): PreprocessedDensity {
  const firstMixing = flow.layers.findIndex((layer) => layer.structure?.kind !== 'elementwise' || hasWeights(layer));
  const cut = firstMixing < 0 ? flow.layers.length : firstMixing;
  const head = flow.layers.slice(0, cut);
  const rest = flow.layers.slice(cut);
  const logProb = (v: tf.Tensor): tf.Tensor =>
    tf.tidy(() => {
      const { value, logDet } = inverseThrough(rest, v, context);
      return tf.add(flow.base.logProb(value, contextFor(flow.base, context)), logDet);
    });
  return {
    prepare: (x) => tf.tidy(() => inverseThrough(head, x, context).value),
    restore: (v) => tf.tidy(() => forwardThrough(head, v, context).value),
    logProbAndGradient: (v) => {
      // Pulled back from ones, each example gets its own gradient: examples do not see each other.
      const ones = tf.ones([v.shape[0]!]);
      const { value, grad } = tf.valueAndGrad(logProb)(v, ones);
      ones.dispose();
      return { logProb: value, gradient: grad };
    },
    async draw(count, seed) {
      const z = await flow.base.sample(count, { seed, context: contextFor(flow.base, context) });
      try {
        return tf.tidy(() => forwardThrough(rest, z, context).value);
      } finally {
        z.dispose();
      }
    },
    bounds: head.some((layer) => layer.type === 'dequantize') && !head.some(isUnbounding) ? [0, 1] : null,
  };
}

/** Trained elementwise layers (a NICE scaling) belong to the model, not to its preprocessing. */
function hasWeights(layer: Bijector): boolean {
  return layer.variables.size > 0;
}

function isUnbounding(layer: Bijector): boolean {
  return layer.type === 'logit' || layer.type === 'standardize' || layer.type === 'scale' || layer.type === 'shift';
}
