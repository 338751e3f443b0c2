// Plain tfjs programs without a line of ours, on the kernels of @flowzoo/kernels-wasm and on those that tfjs ships.
import { FlatAdam } from '@flowzoo/kernels-wasm';
import * as tf from '@tensorflow/tfjs';

const random = (shape) => tf.randomNormal(shape, 0, 1, 'float32', 1);

/** A case in which both sides run one and the same program. */
function kernelCase({ name, work, operations, inputs, run, stock = true }) {
  return {
    name,
    work,
    operations,
    prepare() {
      const tensors = inputs();
      const subject = { run: () => tf.dispose(run(...tensors)) };
      return { ours: subject, ...(stock ? { stock: { ...subject } } : {}), owned: tensors };
    },
  };
}

function products() {
  const sizes = { rows: 256, inner: 512, columns: 512 };
  return ['plain', 'transposed-a', 'transposed-b'].map((form) => {
    const [a, b] = [form === 'transposed-a', form === 'transposed-b'];
    return kernelCase({
      name: `product-${form}`,
      work: `tf.matMul to 256×512 over 512 terms, ${form.replace('-', ' ')}`,
      operations: 2 * sizes.rows * sizes.inner * sizes.columns,
      inputs: () => [
        random(a ? [sizes.inner, sizes.rows] : [sizes.rows, sizes.inner]),
        random(b ? [sizes.columns, sizes.inner] : [sizes.inner, sizes.columns]),
      ],
      run: (x, y) => tf.matMul(x, y, a, b),
    });
  });
}

function convolutions() {
  const shape = [32, 28, 28, 64];
  const filterShape = [3, 3, 64, 64];
  const operations = 2 * 32 * 28 * 28 * 9 * 64 * 64;
  const attributes = { strides: [1, 1], pad: 'same', dataFormat: 'NHWC' };
  const gradient = (kernel, inputs, extra) => tf.engine().runKernel(kernel, inputs, { ...attributes, ...extra });
  const work = 'of a convolution 3×3, 64 to 64 channels, 32 images of 28×28';
  return [
    kernelCase({
      name: 'convolution-forward',
      work: `the value ${work}`,
      operations,
      inputs: () => [random(shape), random(filterShape)],
      run: (x, filter) => tf.conv2d(x, filter, 1, 'same'),
    }),
    kernelCase({
      name: 'convolution-input-gradient',
      work: `the gradient with respect to the images ${work}`,
      operations,
      inputs: () => [random(shape), random(filterShape)],
      run: (dy, filter) => gradient('Conv2DBackpropInput', { dy, filter }, { inputShape: shape }),
    }),
    kernelCase({
      name: 'convolution-filter-gradient',
      work: `the gradient with respect to the filter ${work}; stock tfjs has none on wasm`,
      operations,
      inputs: () => [random(shape), random(shape)],
      run: (x, dy) => gradient('Conv2DBackpropFilter', { x, dy }, { filterShape }),
      stock: false,
    }),
  ];
}

function functions() {
  return Object.entries({ exp: tf.exp, tanh: tf.tanh, log: tf.log, softplus: tf.softplus }).map(([name, apply]) =>
    kernelCase({
      name: `function-${name}`,
      work: `tf.${name} of 256×784 numbers`,
      inputs: () => [tf.tidy(() => tf.abs(random([256, 784])))],
      run: (x) => apply(x),
    }),
  );
}

const adam = {
  name: 'adam-100-variables',
  work: 'one Adam step for 100 variables of 64 numbers: FlatAdam against tf.train.adam',
  prepare() {
    const subject = (optimizer) => {
      const variables = Array.from({ length: 100 }, () => tf.variable(random([64])));
      const gradients = Object.fromEntries(variables.map((each) => [each.name, random([64])]));
      const owned = { dispose: () => tf.dispose([...variables, ...Object.values(gradients)]) };
      return { run: () => optimizer.applyGradients(gradients), owned };
    };
    const [ours, stock] = [subject(new FlatAdam()), subject(tf.train.adam())];
    return { ours, stock, owned: [ours.owned, stock.owned] };
  },
};

const MASKED = { features: 784, hidden: [512, 512], count: 5 };

/** Five networks 784–512–512–1568 whose weights are multiplied by masks, as a MAF in plain tfjs has them. */
const maskedTraining = {
  name: 'masked-mlp-train',
  work: '5 masked networks 784-512-512-1568 in plain tfjs, batch 256: gradient and Adam',
  operations: 3 * 2 * 256 * 5 * (784 * 512 + 512 * 512 + 512 * 1568),
  rounds: 1,
  prepare() {
    const widths = [MASKED.features, ...MASKED.hidden, 2 * MASKED.features];
    const layers = Array.from({ length: MASKED.count }, () =>
      widths.slice(1).map((outputs, i) => ({
        weight: tf.variable(tf.randomUniform([widths[i], outputs], -0.04, 0.04)),
        mask: tf.linalg.bandPart(tf.ones([widths[i], outputs]), 0, -1),
        bias: tf.variable(tf.zeros([outputs])),
      })),
    );
    const all = layers.flat();
    const variables = all.flatMap(({ weight, bias }) => [weight, bias]);
    const x = random([256, MASKED.features]);
    const loss = () => {
      let value = x;
      let logDet = tf.zeros([256]);
      for (const network of layers) {
        const output = network.reduce((input, { weight, mask, bias }, i) => {
          const sum = tf.add(tf.matMul(input, tf.mul(weight, mask)), bias);
          return i < network.length - 1 ? tf.relu(sum) : sum;
        }, value);
        const [shift, raw] = tf.split(output, 2, 1);
        const logScale = tf.tanh(raw);
        value = tf.reverse(tf.add(tf.mul(value, tf.exp(logScale)), shift), 1);
        logDet = tf.add(logDet, tf.sum(logScale, 1));
      }
      return tf.mean(tf.sub(tf.mul(tf.sum(tf.square(value), 1), 0.5), logDet));
    };
    const training = (optimizer) => ({
      run() {
        const result = optimizer.minimize(loss, true, variables);
        result.dataSync();
        result.dispose();
      },
    });
    const owned = { dispose: () => tf.dispose([x, ...variables, ...all.map(({ mask }) => mask)]) };
    return {
      ours: training(new FlatAdam({ learningRate: 1e-4 })),
      stock: training(tf.train.adam(1e-4)),
      owned: [owned],
    };
  },
};

/** Cases of single kernels and of plain tfjs programs; they have no rival. */
export const kernelCases = [...products(), ...convolutions(), ...functions(), adam, maskedTraining];
