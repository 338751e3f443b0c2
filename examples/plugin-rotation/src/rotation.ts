import {
  BijectorBase,
  takeLast,
  type BijectorBuild,
  type BijectorDefinition,
  type Mapped,
  type PartConfig,
} from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { pairing, type Pairing } from './pairing.ts';

interface Round extends Pairing {
  /** `[pairs]`, radians. */
  readonly angles: tf.Variable;
}

/**
 * x = G z with a learned orthogonal G, a product of rounds of plane rotations (Givens rotations).
 *
 * In each round the features turn in pairs: xᵢ = zᵢ cos θ − zⱼ sin θ, xⱼ = zᵢ sin θ + zⱼ cos θ. G is orthogonal for every θ,
 * so log|det| = 0 and the inverse is the same rounds backwards with −θ. It acts on the last axis: on the features of
 * vectors, on the channels of images. One feature has no partner and passes through.
 *
 * Variables: `rounds.0.angles`, `rounds.1.angles`, …, `[⌊D/2⌋]` each, radians, drawn uniformly from (−π, π).
 *
 * @throws E_SPEC_SHAPE for scalar events
 */
export class Rotation extends BijectorBase {
  readonly #rounds: readonly Round[];

  constructor(build: BijectorBuild, options: { readonly rounds: number }) {
    super({
      type: 'acme/rotation',
      path: build.path,
      dataShape: build.dataShape,
      traits: { constantLogDet: true },
    });
    const features = build.dataShape.at(-1);
    if (features === undefined) {
      throw build.shapeError('a scalar cannot be rotated', { expected: '[features]', found: '[]' });
    }
    this.#rounds = Array.from({ length: features === 1 ? 0 : options.rounds }, (_, round) => {
      const paired = pairing(features, round);
      const initial = build.random.uniforms(paired.pairs).map((value) => (2 * value - 1) * Math.PI);
      return { ...paired, angles: this.addVariable(`rounds.${round}.angles`, tf.tensor1d(initial)) };
    });
  }

  protected override computeForward(z: tf.Tensor): Mapped {
    const x = this.#rounds.reduce((value, round) => turn(value, round, 1), tf.clone(z));
    return { value: x, logDet: tf.zeros([z.shape[0]!]) };
  }

  protected override computeInverse(x: tf.Tensor): Mapped {
    const z = this.#rounds.reduceRight((value, round) => turn(value, round, -1), tf.clone(x));
    return { value: z, logDet: tf.zeros([x.shape[0]!]) };
  }
}

/** Every feature becomes cos a times itself plus sin a times its partner; the two of a pair have opposite angles a. */
function turn(value: tf.Tensor, { partners, angleOf, angles }: Round, direction: 1 | -1): tf.Tensor {
  const both = tf.concat([angles, tf.neg(angles), tf.zeros([1])]);
  const own = tf.mul(takeLast(both, angleOf), direction);
  return tf.add(tf.mul(value, tf.cos(own)), tf.mul(takeLast(value, partners), tf.sin(own)));
}

interface RotationConfig extends PartConfig {
  readonly rounds: number;
}

export const rotationDefinition: BijectorDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'A learned rotation of the features; volumes are kept.',
    properties: {
      rounds: {
        type: 'integer',
        minimum: 1,
        default: 4,
        description:
          'Rounds of plane rotations, ⌊D/2⌋ angles each. D rounds (D odd) or D - 1 (D even) turn each two features once.',
      },
    },
  },
  create: (config: RotationConfig, build) => new Rotation(build, { rounds: config.rounds }),
};
