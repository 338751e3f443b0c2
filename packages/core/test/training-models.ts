import * as tf from '@tensorflow/tfjs';
import type { Distribution, SampleOptions } from '../src/contracts/index.ts';
import { PartBase } from '../src/contracts/index.ts';
import { Random } from '../src/random/random.ts';

/** What a {@link TestNormal} can be made to do. */
export interface TestNormalOptions {
  readonly size: number;
  /** The centre gets a linear function of a context of this width. */
  readonly contextSize?: number;
  /** Standard deviation of noise on the data while training, as dropout would bring. */
  readonly noise?: number;
  /** Adds a variable that nothing depends on. */
  readonly unused?: boolean;
  /** Counts training steps in a state entry. */
  readonly counter?: boolean;
  /** Splits the location over so many variables. */
  readonly pieces?: number;
}

/** Independent normals with trainable location and log-scale: the optimum is known in closed form. */
export class TestNormal extends PartBase implements Distribution {
  readonly eventShape: readonly number[];
  readonly contextSize: number;
  readonly lowerBound: boolean = false;
  readonly location: readonly tf.Variable[];
  readonly logScale: tf.Variable;
  readonly slope: tf.Variable | null;
  readonly counter: tf.Variable | null;
  readonly #noise: number;

  constructor({ size, contextSize = 0, noise = 0, unused = false, counter = false, pieces = 1 }: TestNormalOptions) {
    super('test-normal', '');
    this.eventShape = [size];
    this.contextSize = contextSize;
    this.#noise = noise;
    this.location = Array.from({ length: pieces }, (_, i) => this.addVariable(`location${i}`, tf.zeros([size])));
    this.logScale = this.addVariable('logScale', tf.zeros([size]));
    this.slope = contextSize === 0 ? null : this.addVariable('slope', tf.zeros([contextSize, size]));
    if (unused) this.addVariable('unused', tf.ones([3]));
    this.counter = counter ? this.addState('counter', tf.scalar(0, 'int32')) : null;
  }

  logProb(x: tf.Tensor, context?: tf.Tensor): tf.Tensor {
    return tf.tidy(() => {
      if (this.mode.training && this.counter !== null) {
        this.counter.assign(tf.add(this.counter, tf.scalar(1, 'int32')) as tf.Tensor);
      }
      const seen = this.mode.training && this.#noise > 0 ? tf.add(x, this.#draw(x)) : x;
      let centre = this.location.reduce(
        (sum: tf.Tensor, piece) => tf.add(sum, piece),
        tf.zeros(this.eventShape as [number]),
      );
      if (this.slope !== null) centre = tf.add(centre, tf.matMul(context as tf.Tensor2D, this.slope as tf.Tensor2D));
      const z = tf.div(tf.sub(seen, centre), tf.exp(this.logScale));
      const terms = tf.add(tf.add(tf.mul(tf.square(z), 0.5), this.logScale), 0.5 * Math.log(2 * Math.PI));
      return tf.neg(tf.sum(terms, 1));
    });
  }

  async sample(count: number, options: SampleOptions = {}): Promise<tf.Tensor> {
    return tf.tensor(new Random(options.seed ?? 0).normals(count * this.eventShape[0]!), [count, this.eventShape[0]!]);
  }

  #draw(x: tf.Tensor): tf.Tensor {
    const values = this.mode.random.fork('noise').normals(x.size);
    return tf.mul(tf.tensor(values, x.shape), this.#noise);
  }
}

/** Rows of independent normals with the location j + 1 and the scale 0.5 + j in column j. */
export function normalRows(rows: number, size: number, seed = 1): Float32Array {
  return new Random(seed)
    .normals(rows * size)
    .map((value, index) => value * (0.5 + (index % size)) + (index % size) + 1);
}

/** The numbers of all variables, in order. */
export async function weightsOf(model: Distribution): Promise<number[]> {
  const all: number[] = [];
  for (const variable of model.variables.values()) all.push(...(await variable.data()));
  return all;
}
