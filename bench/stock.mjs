// The same models as plain tfjs programs: stock operations, stock gradients, stock optimizer, nothing of ours.
import * as tf from '@tensorflow/tfjs';

const variable = (shape, scale) => tf.variable(tf.randomUniform(shape, -scale, scale));

/** Dense layers with ReLU between them. */
function multilayerPerceptron(widths) {
  const layers = widths.slice(1).map((outputs, index) => {
    const scale = 1 / Math.sqrt(widths[index]);
    return { weight: variable([widths[index], outputs], scale), bias: variable([outputs], scale) };
  });
  return {
    variables: layers.flatMap(({ weight, bias }) => [weight, bias]),
    apply: (x) =>
      layers.reduce((value, { weight, bias }, index) => {
        const sum = tf.add(tf.matMul(value, weight), bias);
        return index < layers.length - 1 ? tf.relu(sum) : sum;
      }, x),
  };
}

const standardNormal = (z) => tf.sub(tf.mul(tf.sum(tf.square(z), 1), -0.5), 0.5 * z.shape[1] * Math.log(2 * Math.PI));
const logistic = (z) => tf.neg(tf.sum(tf.add(tf.softplus(z), tf.softplus(tf.neg(z))), 1));

/** Couplings of halves, affine with log s = 2 tanh(r / 2) or additive with a diagonal scale at the end. */
export function stockCouplings({ features, count, hidden, affine }) {
  const half = features / 2;
  const networks = Array.from({ length: count }, () =>
    multilayerPerceptron([half, ...hidden, affine ? features : half]),
  );
  const logScale = affine ? null : tf.variable(tf.zeros([features]));
  const columns = (x, from) => tf.slice(x, [0, from], [x.shape[0], half]);
  const logProb = (x) => {
    let parts = [columns(x, 0), columns(x, half)];
    let logDet = tf.zeros([x.shape[0]]);
    networks.forEach((network, index) => {
      const kept = parts[index % 2];
      let changed = parts[1 - (index % 2)];
      const raw = network.apply(kept);
      if (affine) {
        const logScales = tf.mul(tf.tanh(tf.mul(columns(raw, half), 0.5)), 2);
        changed = tf.add(tf.mul(changed, tf.exp(logScales)), columns(raw, 0));
        logDet = tf.add(logDet, tf.sum(logScales, 1));
      } else {
        changed = tf.add(changed, raw);
      }
      parts = index % 2 === 0 ? [kept, changed] : [changed, kept];
    });
    const z = tf.concat(parts, 1);
    if (affine) return tf.add(standardNormal(z), logDet);
    return tf.add(logistic(tf.mul(z, tf.exp(logScale))), tf.sum(logScale));
  };
  const variables = networks.flatMap((network) => network.variables);
  return { logProb, variables: logScale === null ? variables : [...variables, logScale] };
}

/** Planar tanh layers with the u-hat constraint of Rezende and Mohamed, appendix A.1. */
export function stockPlanar({ features, count }) {
  const scale = 1 / Math.sqrt(features);
  const layers = Array.from({ length: count }, () => ({
    u: variable([features], scale),
    w: variable([features], scale),
    b: variable([1], scale),
  }));
  const forward = (start) => {
    let x = start;
    let logDet = tf.zeros([start.shape[0]]);
    for (const { u, w, b } of layers) {
      const product = tf.sum(tf.mul(w, u));
      const step = tf.div(tf.sub(tf.sub(tf.softplus(product), 1), product), tf.sum(tf.square(w)));
      const direction = tf.add(u, tf.mul(w, step));
      const h = tf.tanh(tf.add(tf.sum(tf.mul(x, w), 1, true), b));
      const slope = tf.mul(tf.sub(1, tf.square(h)), tf.sum(tf.mul(w, direction)));
      logDet = tf.add(logDet, tf.log(tf.squeeze(tf.add(slope, 1), [1])));
      x = tf.add(x, tf.mul(h, direction));
    }
    return { x, logDet };
  };
  return { forward, variables: layers.flatMap(({ u, w, b }) => [u, w, b]) };
}

/** Value and log-density of the model's own draw. */
export function stockDraw(model, z) {
  const { x, logDet } = model.forward(z);
  return { x, logProb: tf.sub(standardNormal(z), logDet) };
}

/** A subject that takes Adam steps on a loss. */
export function stockTraining({ variables, loss }) {
  const optimizer = tf.train.adam(1e-4);
  return {
    run() {
      const value = optimizer.minimize(loss, true, variables);
      value.dataSync();
      value.dispose();
    },
    dispose() {
      tf.dispose(variables);
      optimizer.dispose();
    },
  };
}
