import * as tf from '@tensorflow/tfjs';
import { BijectorBase } from '../../src/contracts/bijector-base.ts';
import type { Mapped } from '../../src/contracts/bijector.ts';
import type { Shape } from '../../src/contracts/shape.ts';
import { definePlugin, type Plugin } from '../../src/registry/plugin.ts';

/** What happens to a thread in the layer, at which call of it. */
export interface Trip {
  readonly kind: 'throw' | 'exit' | 'hang';
  readonly call: number;
}

let trip: Trip | null = null;

/** Arms the layer in this thread, and in no other: each has its own copy of this module. */
export function arm(next: Trip | null): void {
  trip = next;
}

/** The identity, until its thread meets what it was armed with; training adds noise of the mode. */
class Tripwire extends BijectorBase {
  #calls = 0;

  constructor(options: { readonly dataShape: Shape; readonly path: string }) {
    super({ type: 'test-threads/tripwire', ...options, structure: { kind: 'elementwise' } });
  }

  protected computeInverse(x: tf.Tensor): Mapped {
    if (++this.#calls === trip?.call) spring(trip);
    const noise = this.mode.training ? this.mode.random.fork('noise').normals(x.size) : new Float32Array(x.size);
    return { value: tf.add(x, tf.mul(tf.tensor(noise, x.shape), 0.1)), logDet: tf.zeros([x.shape[0]!]) };
  }

  protected computeForward(z: tf.Tensor): Mapped {
    return { value: tf.clone(z), logDet: tf.zeros([z.shape[0]!]) };
  }
}

function spring({ kind }: Trip): void {
  if (kind === 'throw') throw new Error('the layer has had enough');
  if (kind === 'exit') process.exit(3);
  for (;;); // A thread that never answers again.
}

/** The plugin of the layer. */
export const tripwire: Plugin = definePlugin({
  name: 'test-threads',
  version: '1.0.0',
  contract: 1,
  bijectors: {
    'test-threads/tripwire': {
      version: 1,
      schema: { type: 'object' },
      create: (_config, build) => new Tripwire({ dataShape: build.dataShape, path: build.path }),
    },
  },
});
