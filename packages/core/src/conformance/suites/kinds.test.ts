import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Conditioner } from '../../contracts/conditioner.ts';
import { DistributionBase, type Draw } from '../../contracts/distribution-base.ts';
import { PartBase } from '../../contracts/part-base.ts';
import type { Shape } from '../../contracts/shape.ts';
import type { ScalarMapped, Transformer } from '../../contracts/transformer.ts';
import { sumEvent } from '../../ops/index.ts';
import type { ConditionerBuild, DistributionBuild } from '../../registry/build.ts';
import { CONTRACT, definePlugin, type Plugin, type PluginOptions } from '../../registry/plugin.ts';
import { runConformance, type Case } from '../index.ts';

function pluginOf(parts: Partial<PluginOptions>): Plugin {
  return definePlugin({ name: 'acme-parts', version: '1.0.0', contract: CONTRACT, ...parts });
}

const plain = { version: 1, schema: { type: 'object' } };

async function failuresOf(parts: Partial<PluginOptions>, cases?: readonly Case[]): Promise<Map<string, string>> {
  const options = cases === undefined ? {} : { cases: { 'acme/part': cases } };
  const results = await runConformance(pluginOf(parts), options);
  expect(results.length).toBeGreaterThan(5);
  return new Map(
    results.filter(({ status }) => status === 'failed').map(({ clause, error }) => [clause, error!.message]),
  );
}

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** x = exp(tanh(r)) z. */
class Stretch extends PartBase implements Transformer {
  readonly parameterCount = 1;
  readonly constantLogDet = false;

  constructor(path: string) {
    super('acme/part', path);
  }

  /** What the derivative does not know of. */
  protected factor(): number {
    return 1;
  }

  forward(z: tf.Tensor, parameters: tf.Tensor): ScalarMapped {
    const scale = this.#logScale(z, parameters);
    return { value: tf.mul(tf.mul(z, tf.exp(scale)), this.factor()), logDerivative: scale };
  }

  inverse(x: tf.Tensor, parameters: tf.Tensor): ScalarMapped {
    const scale = this.#logScale(x, parameters);
    return { value: tf.div(tf.div(x, tf.exp(scale)), this.factor()), logDerivative: tf.neg(scale) };
  }

  #logScale(input: tf.Tensor, parameters: tf.Tensor): tf.Tensor {
    return tf.tanh(tf.reshape(parameters, input.shape));
  }
}

class WrongDerivative extends Stretch {
  protected override factor(): number {
    return 1.5;
  }
}

/** The sawtooth of a map that forgot to be monotone: its derivative is right almost everywhere. */
class Folded extends Stretch {
  override forward(z: tf.Tensor, parameters: tf.Tensor): ScalarMapped {
    const mapped = super.forward(z, parameters);
    const fold = tf.customGrad((input) => ({
      value: tf.mul(tf.floor(input as tf.Tensor), 3),
      gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy),
    }));
    return { ...mapped, value: tf.sub(mapped.value, fold(z)) };
  }
}

describe('transformers', () => {
  const parts = (layer: new (path: string) => Transformer): Partial<PluginOptions> => ({
    transformers: { 'acme/part': { ...plain, create: (_config, build) => new layer(build.path) } },
  });

  it('pass when they are correct', async () => {
    expect(await failuresOf(parts(Stretch))).toEqual(new Map());
  });

  it('fail for a wrong derivative', async () => {
    const failed = await failuresOf(parts(WrongDerivative));
    expect(failed.get('4')).toMatch(/the log-derivative of forward is wrong at 12006 of 12006 points/);
    expect(failed.get('14')).toMatch(/does not integrate to the length of the image/);
  });

  it('fail where they fold', async () => {
    expect((await failuresOf(parts(Folded))).get('14')).toMatch(/forward is not strictly monotone at/);
  });
});

/** A linear map of input and context. */
class Linear extends PartBase implements Conditioner {
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly contextSize: number;
  protected readonly weight: tf.Variable;
  protected readonly mixing: tf.Variable | null;

  constructor(build: ConditionerBuild) {
    super('acme/part', build.path);
    if (build.inputShape.length !== 1) throw build.shapeError('takes vectors');
    this.inputShape = build.inputShape;
    this.outputShape = build.outputShape;
    this.contextSize = build.contextSize;
    this.weight = this.addVariable('weight', tf.zeros([build.inputShape[0]! + 1, build.outputShape[0]!]));
    const shape: [number, number] = [build.contextSize, build.outputShape[0]!];
    this.mixing = build.contextSize === 0 ? null : this.addVariable('mixing', tf.zeros(shape));
  }

  apply(input: tf.Tensor, context?: tf.Tensor): tf.Tensor {
    return tf.tidy(() => {
      const ones = tf.ones([input.shape[0]!, 1]);
      const output = tf.matMul(tf.concat([ones, input], 1) as tf.Tensor2D, this.weight as unknown as tf.Tensor2D);
      return context === undefined ? output : tf.add(output, this.mixed(context));
    });
  }

  protected mixed(context: tf.Tensor): tf.Tensor {
    return tf.matMul(context as tf.Tensor2D, this.mixing as unknown as tf.Tensor2D);
  }
}

class DeafLinear extends Linear {
  protected override mixed(context: tf.Tensor): tf.Tensor {
    return tf.mul(super.mixed(context), 0);
  }
}

class LeakingLinear extends Linear {
  protected override mixed(context: tf.Tensor): tf.Tensor {
    return tf.keep(super.mixed(context));
  }
}

describe('conditioners', () => {
  const parts = (layer: new (build: ConditionerBuild) => Conditioner): Partial<PluginOptions> => ({
    conditioners: { 'acme/part': { ...plain, create: (_config, build) => new layer(build) } },
  });

  it('pass when they are correct', async () => {
    expect(await failuresOf(parts(Linear))).toEqual(new Map());
  });

  it('fail for a context that does not matter, and for leaks', async () => {
    const deaf = await failuresOf(parts(DeafLinear));
    expect([...deaf.keys()]).toEqual(['6a', '10a']);
    expect([...(await failuresOf(parts(LeakingLinear))).keys()]).toEqual(['13a']);
  });
});

/** Independent normals of one width: log p(x) = −½ Σ (x/σ)² − D (log σ + ½ log 2π). */
class Normal extends DistributionBase {
  protected readonly width: tf.Variable;

  constructor(build: DistributionBuild) {
    super({ type: 'acme/part', path: build.path, eventShape: build.eventShape });
    this.width = this.addVariable('width', tf.zeros([1]));
  }

  protected computeLogProb(x: tf.Tensor): tf.Tensor {
    const size = x.size / x.shape[0]!;
    const squares = sumEvent(tf.square(tf.div(x, tf.exp(this.width))));
    return tf.sub(tf.mul(squares, -0.5), tf.mul(tf.add(this.width, this.halfLog()), size));
  }

  protected halfLog(): number {
    return 0.5 * Math.log(2 * Math.PI);
  }

  protected draw({ count, random, temperature }: Draw): tf.Tensor {
    const shape = [count, ...this.eventShape];
    const size = shape.reduce((product, length) => product * length, 1);
    return tf.mul(tf.tensor(random.normals(size), shape), tf.mul(tf.exp(this.width), temperature));
  }
}

class WrongConstant extends Normal {
  protected override halfLog(): number {
    return 0.5 * Math.log(Math.PI);
  }
}

class WrongWidth extends Normal {
  protected override draw(draw: Draw): tf.Tensor {
    return super.draw({ ...draw, temperature: draw.temperature * 1.3 });
  }
}

class Unseeded extends Normal {
  #calls = 0;
  protected override draw(draw: Draw): tf.Tensor {
    return super.draw({ ...draw, random: draw.random.fork(this.#calls++) });
  }
}

describe('distributions', () => {
  const parts = (layer: new (build: DistributionBuild) => DistributionBase): Partial<PluginOptions> => ({
    distributions: { 'acme/part': { ...plain, create: (_config, build) => new layer(build) } },
  });

  it('pass when they are correct', async () => {
    expect(await failuresOf(parts(Normal))).toEqual(new Map());
  });

  it.each<
    [name: string, layer: new (build: DistributionBuild) => DistributionBase, clauses: string[], message: RegExp]
  >([
    ['a wrong constant', WrongConstant, ['12', '15'], /does not integrate to 1 \(expected 1 within 0.02, got 1.41/],
    ['samples that are too wide', WrongWidth, ['15'], /samples do not follow the density/],
    ['a seed that repeats nothing', Unseeded, ['16'], /the same seed gives another draw/],
  ])('fail for %s', async (_name, layer, clauses, message) => {
    const failed = await failuresOf(parts(layer));
    expect([...failed.keys()]).toEqual(clauses);
    expect([...failed.values()].join('\n')).toMatch(message);
  });
});
