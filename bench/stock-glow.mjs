// Glow as a plain tfjs program. It scores and draws on the kernels that tfjs ships; it cannot train on them, because they
// have no gradient of a convolution with respect to its filter.
import * as tf from '@tensorflow/tfjs';

const LOG_FACTOR = 3;
const zeros = (...shape) => tf.variable(tf.zeros(shape));
const normals = (...shape) => tf.variable(tf.randomNormal(shape, 0, 0.05));

/** `[batch, H, W, C]` to `[batch, H/2, W/2, 4C]`, new channels in the order channel, row, column. */
function squeeze(x) {
  const [batch, height, width, channels] = x.shape;
  const blocks = tf.reshape(x, [(batch * height) / 2, 2, width / 2, 2, channels]);
  return tf.reshape(tf.transpose(blocks, [0, 2, 4, 1, 3]), [batch, height / 2, width / 2, 4 * channels]);
}

function unsqueeze(z) {
  const [batch, height, width, channels] = z.shape;
  const pixels = tf.reshape(z, [batch * height, width, channels / 4, 2, 2]);
  return tf.reshape(tf.transpose(pixels, [0, 3, 1, 4, 2]), [batch, 2 * height, 2 * width, channels / 4]);
}

/** A convolution that starts at zero; `inputs` may be 0. */
function zeroConvolution(inputs, outputs) {
  const [bias, logScale] = [zeros(outputs), zeros(outputs)];
  const weight = inputs > 0 ? zeros(3, 3, inputs, outputs) : null;
  return {
    variables: [bias, logScale, ...(weight === null ? [] : [weight])],
    apply(x) {
      const sum = weight === null ? tf.zeros([...x.shape.slice(0, 3), outputs]) : tf.conv2d(x, weight, 1, 'same');
      return tf.mul(tf.add(sum, bias), tf.exp(tf.mul(logScale, LOG_FACTOR)));
    },
  };
}

/** Convolutions of sides 3, 1 and 3 with ReLU between them. */
function network(inputs, width, outputs) {
  const first = { bias: zeros(width), weight: normals(3, 3, inputs, width) };
  const second = { bias: zeros(width), weight: normals(1, 1, width, width) };
  const last = zeroConvolution(width, outputs);
  const hidden = (x, { bias, weight }) => tf.relu(tf.add(tf.conv2d(x, weight, 1, 'same'), bias));
  return {
    variables: [first, second].flatMap(({ bias, weight }) => [bias, weight]).concat(last.variables),
    apply: (x) => last.apply(hidden(hidden(x, first), second)),
  };
}

/** W = P L U with ones on the diagonal of L and sign·exp(d) on that of U; L, U and d share one matrix. */
function mixing(channels) {
  const factors = tf.variable(tf.randomNormal([channels, channels], 0, 0.05));
  const permutation = tf.variable(tf.eye(channels), false);
  const sign = tf.variable(tf.ones([channels]), false);
  const identity = tf.eye(channels);
  const lowerMask = tf.tensor2d(
    Float32Array.from({ length: channels ** 2 }, (_, k) => (Math.floor(k / channels) > k % channels ? 1 : 0)),
    [channels, channels],
  );
  const matrix = () => {
    const logs = tf.sum(tf.mul(factors, identity), 0);
    const lower = tf.add(tf.mul(factors, lowerMask), identity);
    const upper = tf.add(tf.mul(factors, tf.transpose(lowerMask)), tf.mul(identity, tf.mul(sign, tf.exp(logs))));
    return { weight: tf.matMul(tf.matMul(permutation, lower), upper), logDet: tf.sum(logs) };
  };
  const multiplied = (x, weight) => tf.reshape(tf.matMul(tf.reshape(x, [-1, channels]), weight), x.shape);
  return { variables: [factors], fixed: [permutation, sign, identity, lowerMask], matrix, multiplied };
}

/** One step: activation normalization, 1×1 convolution, affine coupling (x + t) σ(r + 2) of the second half. */
function step({ channels, width, pixels }) {
  const half = channels / 2;
  const [shift, logScale] = [zeros(channels), zeros(channels)];
  const mix = mixing(channels);
  const conditioner = network(half, width, channels);
  const scales = () => tf.mul(logScale, LOG_FACTOR);
  const parametersOf = (kept) => {
    const [translation, raw] = tf.split(conditioner.apply(kept), 2, 3);
    return { translation, logs: tf.neg(tf.softplus(tf.neg(tf.add(raw, 2)))) };
  };
  let inverse = null;
  return {
    variables: [shift, logScale, ...mix.variables, ...conditioner.variables],
    fixed: mix.fixed,
    /** The matrix of the way back; made once, as the weights stay. */
    prepare() {
      const rows = tf.tidy(() => mix.matrix().weight.arraySync());
      inverse = tf.tensor2d(invert(rows));
      return inverse;
    },
    encode(x) {
      const { weight, logDet } = mix.matrix();
      const mixed = mix.multiplied(tf.mul(tf.add(x, shift), tf.exp(scales())), weight);
      const [kept, changed] = tf.split(mixed, 2, 3);
      const { translation, logs } = parametersOf(kept);
      const constant = tf.mul(tf.add(tf.sum(scales()), logDet), pixels);
      return {
        z: tf.concat([kept, tf.mul(tf.add(changed, translation), tf.exp(logs))], 3),
        logDet: tf.add(tf.sum(logs, [1, 2, 3]), constant),
      };
    },
    decode(z) {
      const [kept, changed] = tf.split(z, 2, 3);
      const { translation, logs } = parametersOf(kept);
      const mixed = tf.concat([kept, tf.sub(tf.mul(changed, tf.exp(tf.neg(logs))), translation)], 3);
      return tf.sub(tf.mul(mix.multiplied(mixed, inverse), tf.exp(tf.neg(scales()))), shift);
    },
  };
}

/** Gauss–Jordan elimination with the largest pivot of each column. */
function invert(matrix) {
  const size = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let column = 0; column < size; column++) {
    let best = column;
    for (let i = column + 1; i < size; i++) {
      if (Math.abs(rows[i][column]) > Math.abs(rows[best][column])) best = i;
    }
    [rows[column], rows[best]] = [rows[best], rows[column]];
    const pivot = rows[column][column];
    rows[column] = rows[column].map((value) => value / pivot);
    const top = rows[column];
    for (let i = 0; i < size; i++) {
      if (i === column) continue;
      const factor = rows[i][column];
      rows[i] = rows[i].map((value, j) => value - factor * top[j]);
    }
  }
  return rows.map((row) => row.slice(size));
}

/** log N(z; mean, exp(logs)²) of every element, summed. */
function normalLogDensity(z, mean, logs) {
  const standard = tf.mul(tf.sub(z, mean), tf.exp(tf.neg(logs)));
  const each = tf.add(tf.add(tf.mul(tf.square(standard), 0.5), logs), 0.5 * Math.log(2 * Math.PI));
  return tf.neg(tf.sum(each, [1, 2, 3]));
}

/** The multi-scale model: a squeeze, K steps and a learned normal prior of what leaves, L times. */
export function stockGlow({ event, levels, steps, width }) {
  const scales = [];
  let [height, rowLength, channels] = event;
  for (let level = 0; level < levels; level++) {
    [height, rowLength, channels] = [height / 2, rowLength / 2, channels * 4];
    const last = level === levels - 1;
    const shape = { channels, width, pixels: height * rowLength };
    scales.push({
      steps: Array.from({ length: steps }, () => step(shape)),
      prior: last ? zeroConvolution(0, 2 * channels) : zeroConvolution(channels / 2, channels),
      last,
      shape: [height, rowLength, channels],
    });
    if (!last) channels /= 2;
  }
  const all = scales.flatMap((scale) => scale.steps);

  const logProb = (x) => {
    let value = x;
    let total = tf.zeros([x.shape[0]]);
    for (const scale of scales) {
      value = squeeze(value);
      for (const each of scale.steps) {
        const { z, logDet } = each.encode(value);
        value = z;
        total = tf.add(total, logDet);
      }
      const [kept, leaving] = scale.last ? [value, value] : tf.split(value, 2, 3);
      const [mean, logs] = tf.split(scale.prior.apply(kept), 2, 3);
      total = tf.add(total, normalLogDensity(leaving, mean, logs));
      value = kept;
    }
    return total;
  };

  /** Standard normal numbers of all scales, first scale first, to images. */
  const decode = (noise) => {
    let value = null;
    let end = noise.shape[1];
    for (const scale of scales.toReversed()) {
      const [rows, columns, all] = scale.shape;
      const leaving = scale.last ? all : all / 2;
      const size = rows * columns * leaving;
      end -= size;
      const own = tf.reshape(tf.slice(noise, [0, end], [noise.shape[0], size]), [-1, rows, columns, leaving]);
      const [mean, logs] = tf.split(scale.prior.apply(value ?? own), 2, 3);
      const z = tf.add(tf.mul(own, tf.exp(logs)), mean);
      value = value === null ? z : tf.concat([value, z], 3);
      for (const each of scale.steps.toReversed()) value = each.decode(value);
      value = unsqueeze(value);
    }
    return value;
  };

  return {
    variables: scales.flatMap((scale) => [...scale.steps.flatMap((each) => each.variables), ...scale.prior.variables]),
    /** Permutation and signs of each 1×1 convolution, and what else is constant. */
    fixed: all.map((each) => each.fixed),
    logProb,
    decode,
    prepare: () => all.map((each) => each.prepare()),
  };
}
