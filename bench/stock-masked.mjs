// Masked autoregressive flows as a plain tfjs program: weights are multiplied by their masks whenever they are used.
import * as tf from '@tensorflow/tfjs';

/** log p(x) of a flow of affine `maf` layers without permutations between, with copies of its weights and masks. */
export function stockMasked(flow) {
  const networks = flow.layers.map(({ map }) => copyOf(map.conditioner));
  const logProb = (x) => {
    let z = x;
    let logDet = tf.zeros([x.shape[0]]);
    for (const { layers, direct } of networks) {
      let h = z;
      layers.forEach(({ weight, mask, bias }, i) => {
        h = tf.add(tf.matMul(h, tf.mul(weight, mask)), bias);
        if (i < layers.length - 1) h = tf.relu(h);
      });
      if (direct !== undefined) h = tf.add(h, tf.matMul(z, tf.mul(direct.weight, direct.mask)));
      const [shift, raw] = tf.unstack(tf.reshape(h, [...z.shape, 2]), 2);
      const logScale = tf.mul(tf.tanh(tf.mul(raw, 0.5)), 2);
      z = tf.add(tf.mul(z, tf.exp(logScale)), shift);
      logDet = tf.add(logDet, tf.sum(logScale, 1));
    }
    const constant = 0.5 * x.shape[1] * Math.log(2 * Math.PI);
    return tf.sub(tf.add(tf.mul(tf.sum(tf.square(z), 1), -0.5), logDet), constant);
  };
  const parts = networks.flatMap(({ layers, direct }) => (direct === undefined ? layers : [...layers, direct]));
  return {
    logProb,
    variables: parts.flatMap(({ weight, bias }) => (bias === undefined ? [weight] : [weight, bias])),
    masks: parts.map(({ mask }) => mask),
  };
}

function copyOf(made) {
  const named = [...made.maskedLayers].map(([name, { weight, bias, mask }]) => [
    name,
    {
      weight: tf.variable(weight),
      bias: bias === undefined ? undefined : tf.variable(bias),
      mask: tf.tensor2d(Float32Array.from(mask), weight.shape),
    },
  ]);
  return {
    layers: named.filter(([name]) => name !== 'direct').map(([, layer]) => layer),
    direct: Object.fromEntries(named).direct,
  };
}
