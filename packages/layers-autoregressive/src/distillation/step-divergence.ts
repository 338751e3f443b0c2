import * as tf from '@tensorflow/tfjs';
import { FlowzooError, Random, type Distribution, type Flow } from '@flowzoo/core';
import type { WaveNetFlow } from '../wavenet/index.ts';
import { gaussianKl } from './gaussian-kl.ts';

/** A draw of a student, step by step known: x_t = mean_t + e^logScale_t · z_t, all `[batch, time]`. */
export interface StudentDraw {
  readonly value: tf.Tensor2D;
  readonly mean: tf.Tensor2D;
  readonly logScale: tf.Tensor2D;
}

/** What a divergence is made from. */
export interface DivergenceOptions {
  /** Signals. */
  readonly count: number;
  readonly seed?: number | undefined;
  /** `[count, contextSize]`, the same for teacher and student. */
  readonly context?: tf.Tensor | undefined;
}

/** Options of {@link sampledDivergence}. */
export interface SampledDivergenceOptions extends DivergenceOptions {
  /** Values drawn at each step for one evaluation of the teacher. Default: 4. */
  readonly draws?: number | undefined;
}

/** A differentiable estimate; the caller disposes both. */
export interface Divergence {
  /** The student's signals, `[count, time]`. */
  readonly value: tf.Tensor2D;
  /** An estimate of KL(student‖teacher) from each signal, `[count]`, nats. */
  readonly divergence: tf.Tensor1D;
}

/**
 * Draws from a stack of `wavenet-iaf` layers and composes their steps: s = Π sᵢ and µ = Σ µᵢ Π_{j>i} sⱼ, in one pass per
 * layer. The caller disposes.
 *
 * @throws E_OPTION for other layers or another base
 */
export function drawStudent(student: Flow, { count, seed = 0, context }: DivergenceOptions): StudentDraw {
  noiseOf(student);
  const layers = student.layers.map((layer) => waveLayer(layer, 'wavenet-iaf'));
  return tf.tidy(() => {
    let value = student.base.rsample!(count, { seed }).value as tf.Tensor2D;
    let mean: tf.Tensor2D = tf.zerosLike(value);
    let logScale: tf.Tensor2D = tf.zerosLike(value);
    for (const layer of layers.toReversed()) {
      const own = layer.steps(value, context);
      const scale = tf.exp(own.logScale);
      value = tf.add(own.mean, tf.mul(scale, value));
      mean = tf.add(own.mean, tf.mul(scale, mean));
      logScale = tf.add(logScale, own.logScale);
    }
    return { value, mean, logScale };
  });
}

/**
 * KL(student‖teacher) with each step's divergence in closed form, where both are Gaussian given the past: what remains
 * random is the past alone. The caller disposes.
 *
 * Ping et al. 2019, "ClariNet".
 *
 * @throws E_OPTION unless the teacher is one `wavenet-flow` and the student `wavenet-iaf` layers, on standard normal bases
 */
export function closedFormDivergence(teacher: Flow, student: Flow, options: DivergenceOptions): Divergence {
  for (const flow of [teacher, student]) {
    if (noiseOf(flow) !== 'standard-normal') throw notSuited(flow, 'a standard-normal base', flow.base.type);
  }
  const layer = teacherLayer(teacher);
  return tf.tidy(() => {
    const { value, mean, logScale } = drawStudent(student, options);
    const each = gaussianKl({ mean, logScale }, layer.steps(value, options.context));
    return { value, divergence: tf.sum(each, 1) as tf.Tensor1D };
  });
}

/**
 * KL(student‖teacher) as cross-entropy minus entropy, with several draws of each step from the student's own distribution
 * given the past, and the teacher run once per signal. Bases may be normal or logistic. The caller disposes.
 *
 * H = Σ_t log s_t + the entropy of the noise (2 for a logistic, ½ log 2πe for a normal).
 *
 * van den Oord et al. 2018, "Parallel WaveNet".
 *
 * @throws E_OPTION as {@link closedFormDivergence}, but for the bases
 */
export function sampledDivergence(teacher: Flow, student: Flow, options: SampledDivergenceOptions): Divergence {
  const layer = teacherLayer(teacher);
  const [outer, inner] = [noiseOf(teacher), noiseOf(student)];
  const { draws = 4, seed = 0, count, context } = options;
  return tf.tidy(() => {
    const { value, mean, logScale } = drawStudent(student, options);
    const steps = layer.steps(value, context);
    const random = new Random(seed).fork('draws');
    const crosses = Array.from({ length: draws }, () => {
      const size = count * value.shape[1];
      const noise = inner === 'logistic' ? random.logistics(size) : random.normals(size);
      const drawn = tf.add(mean, tf.mul(tf.exp(logScale), tf.tensor2d(noise, value.shape)));
      const latent = tf.mul(tf.sub(drawn, steps.mean), tf.exp(tf.neg(steps.logScale)));
      return tf.sub(logDensity(latent, outer), steps.logScale);
    });
    const cross = tf.neg(tf.mean(tf.stack(crosses), 0));
    const entropy = tf.add(logScale, inner === 'logistic' ? 2 : 0.5 * Math.log(2 * Math.PI * Math.E));
    return { value, divergence: tf.sum(tf.sub(cross, entropy), 1) as tf.Tensor1D };
  });
}

type Noise = 'standard-normal' | 'logistic';

function logDensity(latent: tf.Tensor, noise: Noise): tf.Tensor {
  return noise === 'logistic'
    ? tf.neg(tf.add(tf.softplus(latent), tf.softplus(tf.neg(latent))))
    : tf.sub(tf.mul(tf.square(latent), -0.5), 0.5 * Math.log(2 * Math.PI));
}

function noiseOf(flow: Flow): Noise {
  const { type } = flow.base;
  if (type === 'standard-normal' || type === 'logistic') return type;
  throw notSuited(flow, 'a standard-normal or logistic base', type);
}

function teacherLayer(teacher: Flow): WaveNetFlow {
  const [layer, ...rest] = teacher.layers;
  if (layer === undefined || rest.length > 0) {
    throw notSuited(teacher, 'a teacher of one wavenet-flow layer', `${teacher.layers.length} layers`);
  }
  return waveLayer(layer, 'wavenet-flow');
}

function waveLayer(layer: { readonly type: string }, type: 'wavenet-flow' | 'wavenet-iaf'): WaveNetFlow {
  if (layer.type === type) return layer as WaveNetFlow;
  throw new FlowzooError('E_OPTION', 'this layer cannot be distilled step by step', {
    at: layer.type,
    expected: type,
    found: layer.type,
    remedy: 'fitTarget(student, (x) => teacher.logProb(x)) distills any flow from any density',
  });
}

function notSuited(part: Distribution, expected: string, found: string): FlowzooError {
  return new FlowzooError('E_OPTION', 'this flow cannot be distilled step by step', { at: part.type, expected, found });
}
