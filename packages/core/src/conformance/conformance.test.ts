import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { describe, expect, it } from 'vitest';
import type { Mapped } from '../contracts/bijector.ts';
import type { BijectorBuild } from '../registry/build.ts';
import type { Case } from './index.ts';
import { Affine, failuresOf, type Layer } from './test-build.ts';

class WrongSign extends Affine {
  protected override logDet(batch: number, sign: number): tf.Tensor {
    return super.logDet(batch, -sign);
  }
}

/** Right only where s = 0, as at the start of every training. */
class WrongAwayFromStart extends Affine {
  protected override logDet(batch: number, sign: number): tf.Tensor {
    return tf.add(super.logDet(batch, sign), tf.mul(tf.sum(tf.square(this.scale)), sign * 0.1));
  }
}

class WrongInverse extends Affine {
  protected override computeInverse(x: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    const { logDet } = super.computeInverse(x, context);
    return { value: tf.sub(tf.div(x, tf.exp(this.logScale())), this.offset(context)), logDet };
  }
}

class ScalarLogDet extends Affine {
  protected override logDet(_batch: number, sign: number): tf.Tensor {
    return tf.mul(tf.sum(this.logScale()), sign);
  }
}

/** The base class is bypassed, as a layer that implements the interface by itself would. */
class UncheckedScalarLogDet extends Affine {
  override forward(z: tf.Tensor, context?: tf.Tensor): Mapped {
    const { value, logDet } = super.forward(z, context);
    const scalar = tf.tidy(() => tf.mean(logDet));
    logDet.dispose();
    return { value, logDet: scalar };
  }
}

class ShapeLie extends Affine {
  override inverse(x: tf.Tensor, context?: tf.Tensor): Mapped {
    const { value, logDet } = super.inverse(x, context);
    const flat = tf.tidy(() => tf.reshape(value, [x.shape[0]!, -1, 1]));
    value.dispose();
    return { value: flat, logDet };
  }
}

class Leaking extends Affine {
  protected override computeForward(z: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    tf.keep(tf.mul(z, 2));
    return super.computeForward(z, context);
  }
}

class NotDisposing extends Affine {
  readonly table: tf.Tensor = tf.ones([3]);
}

class ReturnsItsArgument extends Affine {
  override forward(z: tf.Tensor, context?: tf.Tensor): Mapped {
    const { value, logDet } = super.forward(z, context);
    value.dispose();
    return { value: z, logDet };
  }
}

class DeadParameter extends Affine {
  constructor(build: BijectorBuild) {
    super(build);
    this.addVariable('unused', tf.zeros([2]));
  }
}

/** The shift still has a gradient, of which a half is missing. */
class DetachedBranch extends Affine {
  protected override computeForward(z: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    const { value, logDet } = super.computeForward(z, context);
    const cut = tf.customGrad(() => ({ value: tf.mul(this.shift, 0.5), gradFunc: () => [] as tf.Tensor[] }))();
    return { value: tf.add(tf.sub(value, tf.mul(this.shift, 0.5)), cut), logDet };
  }
}

class BatchCoupled extends Affine {
  protected override computeForward(z: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    const { value, logDet } = super.computeForward(z, context);
    return { value: tf.add(value, tf.mul(tf.mean(z, 0, true), 0.01)), logDet };
  }
}

class NotPure extends Affine {
  #calls = 0;
  protected override computeForward(z: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    const { value, logDet } = super.computeForward(z, context);
    return { value: tf.add(value, 1e-6 * this.#calls++), logDet };
  }
}

/** exp(|x|) overflows at 89, and the branch that hides it does not hide its gradient. */
class NotFinite extends Affine {
  protected override computeForward(z: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    const { value, logDet } = super.computeForward(z, context);
    const overflowing = tf.exp(tf.abs(z));
    return { value: tf.add(value, tf.mul(tf.sub(overflowing, overflowing), 1)), logDet };
  }
}

class ContextIgnored extends Affine {
  protected override offset(): tf.Tensor {
    return this.shift;
  }
}

class ForgetsPath extends Affine {
  constructor(build: BijectorBuild) {
    super({ ...build, path: '' });
  }
}

class CrashesOnImages extends Affine {
  constructor(build: BijectorBuild) {
    // Before any shape is checked.
    if (build.dataShape.length > 1) throw new TypeError('Cannot read properties of undefined');
    super(build);
  }
}

/** What nothing else can be checked without. */
const EVERY: readonly string[] = [];
const vector: readonly Case[] = [{ event: [3] }];
const contextual: readonly Case[] = [{ event: [3], contextSize: 2 }];

describe('the suite fails', () => {
  it.each<[name: string, layer: Layer, clauses: readonly string[], message: RegExp, cases?: readonly Case[]]>([
    ['a wrong log-det sign', WrongSign, ['4', '12'], /the sign is the other one/i, [{ event: [2] }]],
    [
      'a log-det that is right only at the start',
      WrongAwayFromStart,
      ['4'],
      /is not log\|det\| of the Jacobian/,
      vector,
    ],
    ['a wrong inverse', WrongInverse, ['3'], /x → z → x does not come back/, vector],
    [
      'a scalar log-det',
      ScalarLogDet,
      EVERY,
      /the log-det must be one number per example \(expected \[1\], got \[\]\)/,
      vector,
    ],
    [
      'a scalar log-det behind the base class',
      UncheckedScalarLogDet,
      ['1', '6a', '6b', '8', '13a'],
      /expected \[batch\], got \[\]/,
      vector,
    ],
    [
      'a shape that is not the declared one',
      ShapeLie,
      ['2', '3', '4', '5'],
      /expected \[batch, 3\], got \[1, 3, 1\]/,
      vector,
    ],
    ['a leaking tensor', Leaking, ['13a'], /a call of forward, its results disposed, changes/, vector],
    ['a tensor that dispose forgets', NotDisposing, ['0', '13a'], /build and dispose leave tensors/, vector],
    ['a dead parameter', DeadParameter, ['6a'], /no gradient reaches "unused"/, vector],
    ['a branch cut off the tape', DetachedBranch, ['6b'], /is not the slope of the result/, vector],
    [
      'a batch-coupled layer',
      BatchCoupled,
      ['3', '4', '5', '7', '9'],
      /differs when the other examples change/,
      vector,
    ],
    ['a layer that remembers calls', NotPure, ['9'], /differs in a second call/, vector],
    ['NaN at large inputs', NotFinite, ['8'], /is NaN at \[/, vector],
    ['an ignored context', ContextIgnored, ['6a', '10a'], /the context is ignored/, contextual],
    ['a lost path', ForgetsPath, ['10b'], /an error E_RANK that names "layers\[7\]"/, vector],
    ['a crash on images', CrashesOnImages, EVERY, /event \[4, 4, 2\]; event \[3, 5, 1\].*it threw TypeError/],
  ])('for %s', async (_name, layer, clauses, message, cases) => {
    const failed = await failuresOf(layer, cases);
    expect(failed.map(({ error }) => error!.message).join('\n')).toMatch(message);
    const found = failed.map(({ clause }) => clause);
    if (clauses === EVERY) expect(found.length).toBeGreaterThan(10);
    else expect(found).toEqual(clauses);
  });

  it('for an argument returned as result', async () => {
    const failed = await failuresOf(ReturnsItsArgument, vector);
    const own = failed.find(({ clause }) => clause === '13a');
    expect(own!.error!.message).toMatch(/forward returns its own argument/);
  });
});
