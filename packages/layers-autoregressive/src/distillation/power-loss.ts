import * as tf from '@tensorflow/tfjs';
import { FlowzooError, matMul } from '@flowzoo/core';

/** Frames of a spectrum. */
export interface SpectrumOptions {
  /** Steps of a frame, under a Hann window. Default: 256. */
  readonly frame?: number | undefined;
  /** Steps between frames. Default: a quarter of a frame. */
  readonly hop?: number | undefined;
}

/**
 * The power of each frequency averaged over time, `[batch, frame / 2 + 1]`: mean over frames of |DFT(window · frame)|². The
 * transform is a product with cosines and sines, because tfjs's own has no gradient on every backend. The caller disposes.
 *
 * @param x `[batch, time]`, one frame long or longer.
 * @throws E_OPTION for frames that do not fit
 */
export function powerSpectrum(x: tf.Tensor2D, options: SpectrumOptions = {}): tf.Tensor2D {
  const { frame = 256 } = options;
  const { hop = Math.max(1, Math.floor(frame / 4)) } = options;
  const [batch, time] = x.shape;
  if (![frame, hop].every((value) => Number.isInteger(value) && value >= 1) || frame > time) {
    throw new FlowzooError('E_OPTION', 'the frames of the spectrum do not fit the signal', {
      at: 'powerSpectrum',
      expected: `whole numbers, "frame" at most ${time}`,
      found: `frame ${frame}, hop ${hop}`,
    });
  }
  return tf.tidy(() => {
    const count = Math.floor((time - frame) / hop) + 1;
    const frames = Array.from({ length: count }, (_, i) => tf.slice(x, [0, i * hop], [batch, frame]));
    const rows: tf.Tensor2D = tf.concat(frames, 0);
    const bins = Math.floor(frame / 2) + 1;
    const [cosines, sines] = [Math.cos, Math.sin].map((wave) =>
      tf.tensor2d(
        Float32Array.from({ length: frame * bins }, (_, at) => {
          const [step, bin] = [Math.floor(at / bins), at % bins];
          const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * step) / frame);
          // Whole turns are taken off first: float64 keeps the angle of long frames exact.
          return window * wave((2 * Math.PI * ((bin * step) % frame)) / frame);
        }),
        [frame, bins],
      ),
    );
    const power = tf.add(tf.square(matMul(rows, cosines!)), tf.square(matMul(rows, sines!)));
    return tf.mean(tf.reshape(power, [count, batch, bins]), 0) as tf.Tensor2D;
  });
}

/**
 * The power loss of Parallel WaveNet, `[batch]`: the squared distance of the average powers of a generated signal and a real
 * one, by which a student that the divergence alone lets whisper regains its voice. The caller disposes.
 *
 * @param generated `[batch, time]`.
 * @param real `[batch, time]`, of the same conditions.
 * @throws E_OPTION for frames that do not fit
 * @example
 * const loss = powerLoss(student, recordings, { frame: 256 });
 */
export function powerLoss(generated: tf.Tensor2D, real: tf.Tensor2D, options: SpectrumOptions = {}): tf.Tensor1D {
  return tf.tidy(() =>
    tf.sum(tf.square(tf.sub(powerSpectrum(generated, options), powerSpectrum(real, options))), 1),
  ) as tf.Tensor1D;
}
