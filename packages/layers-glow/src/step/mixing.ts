import { matMul, type Mapped } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import type { ActNorm } from '../actnorm/actnorm.ts';
import { valuesAreAtHand } from '../convolution/inverse-on-tensors.ts';
import type { InvertibleConvolution } from '../convolution/invertible-convolution.ts';
import { mixingGradients, mixingMatrix, mixingValues, type MixingParameters } from './mixing-values.ts';

/** With more channels, the products of the matrices themselves are better done by the backend. */
const MOST_CHANNELS = 128;

/**
 * Activation normalization and 1×1 convolution as one product: z = ((x + b) ⊙ s) W = x M + c.
 *
 * M, c and their gradients are made of the parameters in float64, outside of the backend: a step of Glow on an image is a
 * few large operations then, not dozens on matrices of a few channels. Null where the two layers must run one after the
 * other: other forms than exp(k·r) and the default PLU, many channels, and backends that give values back asynchronously.
 *
 * @param x `[batch, ..., C]`; run inside a tidy scope.
 * @returns As `inverse` of the chain of the two.
 */
export function mixedAtOnce(x: tf.Tensor, actnorm: ActNorm, convolution: InvertibleConvolution): Mapped | null {
  const [scaling, mixing] = [actnorm.parts, convolution.parts];
  const channels = x.shape.at(-1)!;
  if (scaling === null || mixing === null || channels > MOST_CHANNELS || x.size === 0 || !valuesAreAtHand())
    return null;
  const { shift, logScale, logFactor } = scaling;
  const { factors, order } = mixing;
  const fixed = {
    order,
    logFactor,
    sign: mixing.sign.dataSync<'float32'>(),
    scaleSign: scaling.sign.dataSync<'float32'>(),
  };
  const value = product(x, { shift, logScale, factors }, fixed);
  const pixels = x.size / x.shape[0]! / channels;
  return { value, logDet: constantLogDet({ logScale, factors }, { batch: x.shape[0]!, pixels, logFactor }) };
}

interface Trained {
  readonly shift: tf.Tensor;
  readonly logScale: tf.Tensor;
  readonly factors: tf.Tensor;
}

type Fixed = Pick<MixingParameters, 'order' | 'sign' | 'scaleSign' | 'logFactor'>;

function product(x: tf.Tensor, { shift, logScale, factors }: Trained, fixed: Fixed): tf.Tensor {
  const channels = x.shape.at(-1)!;
  const rows = x.size / channels;
  const map = tf.customGrad((...args) => {
    const [input, b, r, f, save] = args as unknown as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const parameters = numbersOf({ shift: b, logScale: r, factors: f }, fixed);
    const { matrix, offset } = mixingMatrix(parameters, mixingValues(parameters));
    const m = tf.tensor2d(matrix, [channels, channels]);
    save([input, b, r, f, m]);
    const flat: tf.Tensor2D = tf.reshape(input, [rows, channels]);
    return {
      value: tf.reshape(tf.add(matMul(flat, m), tf.tensor1d(offset)), input.shape),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [savedInput, savedB, savedR, savedF, savedM] = saved as [
          tf.Tensor,
          tf.Tensor,
          tf.Tensor,
          tf.Tensor,
          tf.Tensor2D,
        ];
        const dz: tf.Tensor2D = tf.reshape(dy, [rows, channels]);
        const seen: tf.Tensor2D = tf.reshape(savedInput, [rows, channels]);
        const found = mixingGradients(
          {
            dMatrix: matMul(seen, dz, { transposeA: true }).dataSync<'float32'>(),
            dOffset: tf.sum(dz, 0).dataSync<'float32'>(),
          },
          numbersOf({ shift: savedB, logScale: savedR, factors: savedF }, fixed),
        );
        return [
          tf.reshape(matMul(dz, savedM, { transposeB: true }), savedInput.shape),
          tf.tensor1d(found.shift),
          tf.tensor1d(found.logScale),
          tf.tensor2d(found.factors, [channels, channels]),
        ];
      },
    };
  });
  return map(x, shift, logScale, factors);
}

/** H·W·(k Σ r + Σ d) for every example, `[batch]`. */
function constantLogDet(
  { logScale, factors }: Pick<Trained, 'logScale' | 'factors'>,
  { batch, pixels, logFactor }: { readonly batch: number; readonly pixels: number; readonly logFactor: number },
): tf.Tensor {
  const channels = logScale.size;
  const map = tf.customGrad((...args) => {
    const [r, f] = args as [tf.Tensor, tf.Tensor];
    const values = f.dataSync<'float32'>();
    let sum = 0;
    r.dataSync<'float32'>().forEach((each, i) => (sum += logFactor * each + values[i * (channels + 1)]!));
    return {
      value: tf.fill([batch], pixels * sum),
      gradFunc: (dy: tf.Tensor) => {
        const total = tf.sum(dy);
        return [
          tf.mul(tf.fill([channels], pixels * logFactor), total),
          tf.mul(tf.eye(channels), tf.mul(total, pixels)),
        ];
      },
    };
  });
  return map(logScale, factors);
}

function numbersOf({ shift, logScale, factors }: Trained, fixed: Fixed): MixingParameters {
  const [b, r, f] = [shift, logScale, factors].map((each) => each.dataSync<'float32'>());
  return { ...fixed, shift: b!, logScale: r!, factors: f! };
}
