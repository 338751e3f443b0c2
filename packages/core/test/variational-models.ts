import * as tf from '@tensorflow/tfjs';
import { StandardNormal } from '../src/bases/index.ts';
import { Flow } from '../src/composition/index.ts';
import { BijectorBase, type Mapped } from '../src/contracts/index.ts';
import { Scale, Shift } from '../src/elementwise/index.ts';

/** A Gaussian target, not normalized: log p̃ = 3 − Σ ½ ((x − μ)/σ)², whose evidence is known. */
export const gaussian = {
  mean: [1, -2],
  scale: [0.5, 2],
  /** 3 + Σ (log σ + ½ log 2π). */
  logEvidence: 3 + Math.log(0.5) + Math.log(2) + Math.log(2 * Math.PI),
  logDensity(x: tf.Tensor): tf.Tensor {
    const z = tf.div(tf.sub(x, gaussian.mean), gaussian.scale);
    return tf.sub(3, tf.mul(tf.sum(tf.square(z), 1), 0.5));
  },
};

/** log p̃ = −x₁²/2 − 2 (x₂ − x₁²/2)²: bent, with evidence π. */
export function banana(x: tf.Tensor): tf.Tensor {
  const [a, b] = tf.split(x, 2, 1) as [tf.Tensor, tf.Tensor];
  const bend = tf.sub(b, tf.mul(tf.square(a), 0.5));
  return tf.neg(tf.reshape(tf.add(tf.mul(tf.square(a), 0.5), tf.mul(tf.square(bend), 2)), [-1]));
}

/** x = μ + σ z with z standard normal, μ and σ trained. */
export function affineFlow(start: { readonly shift?: number[]; readonly scale?: number[] } = {}): Flow {
  return new Flow({
    base: new StandardNormal({ eventShape: [2] }),
    layers: [
      new Shift({ dataShape: [2], value: start.shift ?? 0, path: 'layers[0]' }),
      new Scale({ dataShape: [2], value: start.scale ?? 1, path: 'layers[1]' }),
    ],
  });
}

/** As {@link affineFlow}, bent at last: what the banana is. */
export function bentFlow(): Flow {
  return new Flow({
    base: new StandardNormal({ eventShape: [2] }),
    layers: [new Bend(), new Shift({ dataShape: [2] }), new Scale({ dataShape: [2] })],
  });
}

/** x = (z₁, z₂ + a z₁²), a trained. */
class Bend extends BijectorBase {
  readonly #strength: tf.Variable;

  constructor() {
    super({
      type: 'bend',
      path: 'layers[0]',
      dataShape: [2],
      traits: { constantLogDet: true },
    });
    this.#strength = this.addVariable('strength', tf.zeros([1]));
  }

  protected override computeForward(z: tf.Tensor): Mapped {
    return this.#bend(z, 1);
  }

  protected override computeInverse(x: tf.Tensor): Mapped {
    return this.#bend(x, -1);
  }

  #bend(x: tf.Tensor, sign: 1 | -1): Mapped {
    const [a, b] = tf.split(x, 2, 1) as [tf.Tensor, tf.Tensor];
    const moved = tf.add(b, tf.mul(tf.mul(tf.square(a), this.#strength), sign));
    return { value: tf.concat([a, moved], 1), logDet: tf.zeros([x.shape[0]!]) };
  }
}
