import { BijectorBase, definePlugin } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { isMainThread } from 'node:worker_threads';

/** The identity, which ends its thread at the third call, unless that is the main one. */
class Trap extends BijectorBase {
  #calls = 0;

  constructor({ dataShape, path }) {
    super({ type: 'test-trap/trap', dataShape, path, structure: { kind: 'elementwise' } });
  }

  computeInverse(x) {
    if (++this.#calls === 3 && !isMainThread) process.exit(7);
    return { value: tf.clone(x), logDet: tf.zeros([x.shape[0]]) };
  }

  computeForward(z) {
    return { value: tf.clone(z), logDet: tf.zeros([z.shape[0]]) };
  }
}

export const trap = definePlugin({
  name: 'test-trap',
  version: '1.0.0',
  contract: 1,
  bijectors: {
    'test-trap/trap': { version: 1, schema: { type: 'object' }, create: (_config, build) => new Trap(build) },
  },
});
