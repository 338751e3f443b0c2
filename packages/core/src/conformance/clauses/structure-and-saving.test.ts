import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import type { Mapped } from '../../contracts/bijector.ts';
import { BijectorBase } from '../../contracts/bijector-base.ts';
import type { BijectorBuild } from '../../registry/build.ts';
import { Affine, failuresOf, type Layer } from '../test-build.ts';

/** z = x ∘ exp(tanh(Ax)) + Bx with strictly lower triangular A and B: one pass for the inverse, D for the forward. */
class Autoregressive extends BijectorBase {
  readonly #scale: tf.Variable;
  readonly #shift: tf.Variable;

  constructor(build: BijectorBuild, rank: readonly number[] = natural(build)) {
    const { dataShape, path } = build;
    if (dataShape.length !== 1) throw build.shapeError('takes vectors');
    const passes = { forward: dataShape[0]!, inverse: 1 };
    super({ type: 'acme/layer', path, dataShape, traits: { passes }, structure: { kind: 'autoregressive', rank } });
    const size = dataShape[0]!;
    this.#scale = this.addVariable('scale', tf.zeros([size, size]));
    this.#shift = this.addVariable('shift', tf.zeros([size, size]));
  }

  /** Which entries of A and B count; element (i, j) tells whether j depends on i. */
  protected allowed(i: number, j: number): boolean {
    return i < j;
  }

  protected override computeInverse(x: tf.Tensor): Mapped {
    const { scale, shift } = this.#parameters(x);
    return { value: tf.add(tf.mul(x, tf.exp(scale)), shift), logDet: tf.sum(scale, 1) };
  }

  protected override computeForward(z: tf.Tensor): Mapped {
    let x: tf.Tensor = tf.zerosLike(z);
    let logDet = tf.zeros([z.shape[0]!]) as tf.Tensor;
    for (let pass = 0; pass < this.dataShape[0]!; pass++) {
      const { scale, shift } = this.#parameters(x);
      x = tf.div(tf.sub(z, shift), tf.exp(scale));
    }
    logDet = tf.neg(tf.sum(this.#parameters(x).scale, 1));
    return { value: x, logDet };
  }

  #parameters(x: tf.Tensor): { scale: tf.Tensor; shift: tf.Tensor } {
    const size = this.dataShape[0]!;
    const mask = tf.tensor2d(
      Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_unused, j) => Number(this.allowed(i, j)))),
      [size, size],
    );
    const times = (weight: tf.Variable): tf.Tensor => tf.matMul(x as tf.Tensor2D, tf.mul(weight, mask) as tf.Tensor2D);
    return { scale: tf.tanh(times(this.#scale)), shift: times(this.#shift) };
  }
}

function natural({ dataShape }: BijectorBuild): number[] {
  return Array.from({ length: dataShape[0] ?? 0 }, (_, i) => i);
}

class OtherOrder extends Autoregressive {
  constructor(build: BijectorBuild) {
    super(build, natural(build).toReversed());
  }
}

/** As when a degree is missing in a hidden layer: still autoregressive, but one element is cut off. */
class MissingDegree extends Autoregressive {
  protected override allowed(i: number, j: number): boolean {
    return i < j && i !== 1;
  }
}

class NotElementwise extends Affine {
  protected override computeForward(z: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    const { value, logDet } = super.computeForward(z, context);
    return { value: tf.add(value, tf.mul(tf.sum(z, 1, true), 0.1)), logDet };
  }
}

/** Through 1 + (x − 1), which rounds: the first element is not bit-identical. */
class RoundedIdentity extends Affine {
  constructor(build: BijectorBuild) {
    super(build, { structure: { kind: 'coupling', identity: [0] } });
  }
  protected override computeForward(z: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    return this.#pass(z, super.computeForward(z, context), 1);
  }
  protected override computeInverse(x: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    return this.#pass(x, super.computeInverse(x, context), -1);
  }
  #pass(input: tf.Tensor, { value }: Mapped, sign: number): Mapped {
    const size = this.dataShape[0]!;
    const [first, rest] = [tf.slice(input, [0, 0], [-1, 1]), tf.slice(value, [0, 1], [-1, size - 1])];
    const own = tf.slice(this.logScale(), [1], [size - 1]);
    return {
      value: tf.concat([tf.add(tf.sub(first, 1), 1), rest], 1),
      logDet: tf.mul(tf.ones([input.shape[0]!]), tf.mul(tf.sum(own), sign)),
    };
  }
}

/** The permutation is drawn, not saved. */
class RedrawnPermutation extends BijectorBase {
  readonly #order: Int32Array;
  constructor(build: BijectorBuild) {
    super({ type: 'acme/layer', path: build.path, dataShape: build.dataShape });
    if (build.dataShape.length !== 1) throw build.shapeError('takes vectors');
    this.#order = build.random.permutation(build.dataShape[0]!);
  }
  protected computeForward(z: tf.Tensor): Mapped {
    return this.#map(z, (i) => this.#order[i]!);
  }
  protected computeInverse(x: tf.Tensor): Mapped {
    return this.#map(x, (i) => this.#order.indexOf(i));
  }
  #map(input: tf.Tensor, source: (i: number) => number): Mapped {
    const columns = Array.from({ length: this.dataShape[0]! }, (_, i) => tf.slice(input, [0, source(i)], [-1, 1]));
    return { value: tf.concat(columns, 1), logDet: tf.zeros([input.shape[0]!]) };
  }
}

/** Measures its shift, and does so again whenever it is asked. */
class InitializesAgain extends Affine {
  readonly #measured: tf.Variable;
  #done = false;

  constructor(build: BijectorBuild) {
    super(build, { traits: {} });
    this.#measured = this.addState('measured', tf.zeros([...build.dataShape]));
  }

  override get traits(): BijectorBase['traits'] {
    return { ...super.traits, needsInitialization: !this.#done };
  }

  initialize(x: tf.Tensor): tf.Tensor {
    tf.tidy(() => this.#measured.assign(tf.mean(x, 0)));
    this.#done = true;
    return tf.tidy(() => this.inverse(x).value);
  }

  override stateLoaded(): void {
    this.#done = this.saves();
  }

  protected saves(): boolean {
    return true;
  }

  protected override offset(context: tf.Tensor | undefined): tf.Tensor {
    return tf.add(super.offset(context), this.#measured);
  }
}

class ForgetsInitialization extends InitializesAgain {
  protected override saves(): boolean {
    return false;
  }
}

describe('the structure and the state', () => {
  it('pass where they are as declared', async () => {
    expect((await failuresOf(Autoregressive)).map(({ error }) => error!.message)).toEqual([]);
  });

  it('let a missing dependence pass where it is declared', async () => {
    expect(await failuresOf(MissingDegree, [{ event: [4], sparseDependence: true }])).toEqual([]);
  });

  it.each<[name: string, layer: Layer, clause: string, message: RegExp, event: readonly number[]]>([
    ['a broken order', OtherOrder, '7', /x\[1\] depends on z\[0\] in forward, which the structure excludes/, [4]],
    ['a missing dependence', MissingDegree, '7', /x\[2\] never depends on z\[1\] in forward/, [4]],
    ['a mixing layer that says elementwise', NotElementwise, '7', /x\[0\] depends on z\[1\]/, [3]],
    [
      'a pass-through that is not bit-identical',
      RoundedIdentity,
      '7',
      /declared to pass through forward unchanged/,
      [3],
    ],
    ['a permutation that is not saved', RedrawnPermutation, '11', /the value of forward is another after save/, [9]],
    ['a second initialization after loading', InitializesAgain, '11', /another after save and load/, [3]],
    [
      'an initialization flag that is not saved',
      ForgetsInitialization,
      '11',
      /still needs initialization is not saved/,
      [3],
    ],
  ])('fail for %s', async (_name, layer, clause, message, event) => {
    const failed = await failuresOf(layer, [{ event }]);
    expect(failed.map((result) => result.clause)).toContain(clause);
    expect(failed.find((result) => result.clause === clause)!.error!.message).toMatch(message);
  });
});
