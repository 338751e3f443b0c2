import * as tf from '@tensorflow/tfjs';
import type { LogDensity } from '@flowzoo/core';

/** A target p(z) = exp(−U(z))/Z on the plane. */
export interface Energy {
  readonly name: 'U1' | 'U2' | 'U3' | 'U4';
  readonly description: string;
  /** −U(z), and the walls: `[count, 2]` → `[count]`, nats. */
  readonly logDensity: LogDensity;
}

/** Beyond |z₁| = 4 the energies that do not depend on it get a wall, ½ ((|z₁| − 4)/0.4)². */
const WALL = { at: 4, width: 0.4 };

/** ½ (a/width)². */
const half = (a: tf.Tensor, width: number): tf.Tensor => tf.mul(tf.square(tf.div(a, width)), 0.5);

/** −log(exp(−a) + exp(−b)), which overflows nowhere. */
const eitherOf = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.sub(a, tf.softplus(tf.sub(a, b)));

const w1 = (z1: tf.Tensor): tf.Tensor => tf.sin(tf.mul(z1, Math.PI / 2));
const w2 = (z1: tf.Tensor): tf.Tensor => tf.mul(tf.exp(tf.neg(half(tf.sub(z1, 1), 0.6))), 3);
const w3 = (z1: tf.Tensor): tf.Tensor => tf.mul(tf.sigmoid(tf.div(tf.sub(z1, 1), 0.3)), 3);

function wall(z1: tf.Tensor): tf.Tensor {
  return half(tf.relu(tf.sub(tf.abs(z1), WALL.at)), WALL.width);
}

/** The log-density of an energy that is written in the two coordinates. */
function minus(energy: (z1: tf.Tensor, z2: tf.Tensor) => tf.Tensor): LogDensity {
  return (z) =>
    tf.tidy(() => {
      const [z1, z2] = tf.split(z, 2, 1) as [tf.Tensor, tf.Tensor];
      return tf.neg(tf.reshape(energy(z1, z2), [-1]));
    });
}

/**
 * The four energies of Rezende & Mohamed 2015, table 1.
 *
 * ```
 * U1 = ½ ((‖z‖ − 2)/0.4)² − log(exp(−½ ((z₁ − 2)/0.6)²) + exp(−½ ((z₁ + 2)/0.6)²))
 * U2 = ½ ((z₂ − w₁)/0.4)²
 * U3 = −log(exp(−½ ((z₂ − w₁)/0.35)²) + exp(−½ ((z₂ − w₁ + w₂)/0.35)²))
 * U4 = −log(exp(−½ ((z₂ − w₁)/0.4)²) + exp(−½ ((z₂ − w₁ + w₃)/0.35)²))
 * w₁ = sin(2π z₁/4), w₂ = 3 exp(−½ ((z₁ − 1)/0.6)²), w₃ = 3 sigmoid((z₁ − 1)/0.3)
 * ```
 *
 * As printed, U2, U3 and U4 run on for ever along z₁ and have no finite Z; the paper shows |z₁| ≤ 4. Here a wall stands
 * there, and inside it the energies are exactly those of the paper.
 */
export const energies: readonly Energy[] = [
  {
    name: 'U1',
    description: 'a ring with two heavy sides',
    logDensity: minus((z1, z2) => {
      const radius = tf.sqrt(tf.add(tf.square(z1), tf.square(z2)));
      const sides = eitherOf(half(tf.sub(z1, 2), 0.6), half(tf.add(z1, 2), 0.6));
      return tf.add(half(tf.sub(radius, 2), 0.4), sides);
    }),
  },
  {
    name: 'U2',
    description: 'a wave',
    logDensity: minus((z1, z2) => tf.add(half(tf.sub(z2, w1(z1)), 0.4), wall(z1))),
  },
  {
    name: 'U3',
    description: 'a wave with a detour',
    logDensity: minus((z1, z2) => {
      const above = tf.sub(z2, w1(z1));
      return tf.add(eitherOf(half(above, 0.35), half(tf.add(above, w2(z1)), 0.35)), wall(z1));
    }),
  },
  {
    name: 'U4',
    description: 'a wave that forks',
    logDensity: minus((z1, z2) => {
      const above = tf.sub(z2, w1(z1));
      return tf.add(eitherOf(half(above, 0.4), half(tf.add(above, w3(z1)), 0.35)), wall(z1));
    }),
  },
];
