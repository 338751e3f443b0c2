// The models of the cases, built from specs as a user would.
import { ConditionerBase, CONTRACT, createRegistry, definePlugin } from '@flowzoo/core';
import { coupling } from '@flowzoo/layers-coupling';
import { planar } from '@flowzoo/layers-planar';
import * as tf from '@tensorflow/tfjs';

/** Parameters that are there already, one set per row: amortised layers are measured without the network that feeds them. */
class Given extends ConditionerBase {
  #values;

  constructor({ rows }, build) {
    super('bench/given', build);
    const size = build.outputShape.reduce((product, length) => product * length, 1);
    this.#values = this.addState('values', tf.randomNormal([rows, size], 0, 0.1, 'float32', 7));
  }

  compute() {
    return tf.clone(this.#values);
  }
}

const given = definePlugin({
  name: 'bench',
  version: '1.0.0',
  contract: CONTRACT,
  conditioners: {
    'bench/given': {
      version: 1,
      schema: {
        type: 'object',
        description: 'Parameters that are there already.',
        properties: { rows: { type: 'integer', minimum: 1, default: 1, description: 'Rows of a batch.' } },
      },
      create: (config, build) => new Given(config, build),
    },
  },
});

const registry = createRegistry().use(coupling).use(planar).use(given);

/** Builds a flow on vectors of a length. */
export function flowOf({ features, layers, base = 'standard-normal', contextSize = 0 }) {
  return registry.build({
    format: 'flowzoo/model',
    version: 1,
    event: [features],
    context: contextSize,
    seed: 1,
    model: { type: 'flow', base: { type: base }, layers },
  });
}

/** Couplings that keep the first and the second half in turn. */
export function couplings({ type, count, hidden }) {
  const conditioner = { type: 'mlp', hidden, activation: 'relu', lastLayer: { initialization: 'default' } };
  return Array.from({ length: count }, (_, index) => ({ type, mask: 'halves', parity: index % 2, conditioner }));
}

/** Sylvester layers of the triangular form, in alternating order; `rows`: each row of a batch has its own parameters. */
export function sylvesters({ count, width, rows }) {
  return Array.from({ length: count }, (_, index) => ({
    type: 'sylvester',
    form: 'triangular',
    reversed: index % 2 === 1,
    width,
    ...(rows === undefined ? {} : { conditioner: { type: 'bench/given', rows } }),
  }));
}
