import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { describe, expect, it } from 'vitest';
import type { Mapped } from '../contracts/bijector.ts';
import type { Conditioner } from '../contracts/conditioner.ts';
import { BijectorBase } from '../contracts/bijector-base.ts';
import type { BijectorBuild } from '../registry/build.ts';
import { definePlugin, CONTRACT, type Plugin } from '../registry/plugin.ts';
import { conformance, runConformance } from './index.ts';
import { Affine, pluginOf } from './test-build.ts';

/** z = x + m(c): a shift by a conditioner that sees nothing but the context, or nothing at all. */
class Conditioned extends BijectorBase {
  readonly #conditioner: Conditioner;
  readonly #evaluations: number;

  constructor(build: BijectorBuild, config: { conditioner: { type: string } }, evaluations: number) {
    const { dataShape, contextSize, path } = build;
    super({ type: 'acme/conditioned', path, dataShape, contextSize, structure: { kind: 'elementwise' } });
    const site = { name: 'conditioner', inputShape: [0], outputShape: dataShape };
    this.#conditioner = this.addChild('conditioner', build.conditioner(config.conditioner, site));
    this.#evaluations = evaluations;
  }

  protected override computeForward(z: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    return { value: tf.sub(z, this.#shift(z, context)), logDet: tf.zeros([z.shape[0]!]) };
  }

  protected override computeInverse(x: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    return { value: tf.add(x, this.#shift(x, context)), logDet: tf.zeros([x.shape[0]!]) };
  }

  #shift(input: tf.Tensor, context: tf.Tensor | undefined): tf.Tensor {
    const nothing = tf.zeros([input.shape[0]!, 0]);
    for (let k = 1; k < this.#evaluations; k++) this.#conditioner.apply(nothing, context);
    return this.#conditioner.apply(nothing, context);
  }
}

function conditioned(evaluations: number): Plugin {
  return definePlugin({
    name: 'acme-conditioned',
    version: '1.0.0',
    contract: CONTRACT,
    bijectors: {
      'acme/conditioned': {
        version: 1,
        schema: {
          type: 'object',
          properties: {
            conditioner: { part: 'conditioner', default: { type: 'mlp', hidden: [8], activation: 'tanh' } },
          },
        },
        create: (config, build) => new Conditioned(build, config as never, evaluations),
      },
    },
  });
}

const events = [{ event: [1] }, { event: [3], contextSize: 2 }];

describe('the suite passes', () => {
  it('a correct layer on every derived shape, on cpu and wasm', async () => {
    const results = await runConformance(pluginOf(Affine), { backends: ['cpu', 'wasm'] });
    expect(results.filter(({ status }) => status === 'failed').map(({ error }) => error!.message)).toEqual([]);
    const silent = results.filter(({ status }) => status === 'not-applicable').map(({ clause }) => clause);
    expect(silent).toEqual(['13b', '13b']);
  });

  it('a layer with a conditioner, and counts its passes', async () => {
    const results = await runConformance(conditioned(1), { backends: ['cpu'], cases: { 'acme/conditioned': events } });
    expect(results.filter(({ status }) => status === 'failed').map(({ error }) => error!.message)).toEqual([]);
    expect(results.find(({ clause }) => clause === '13b')).toMatchObject({ status: 'passed', cases: 2 });
  });

  it('but not one that evaluates its conditioner twice', async () => {
    const results = await runConformance(conditioned(2), { backends: ['cpu'], cases: { 'acme/conditioned': events } });
    const failed = results.filter(({ status }) => status === 'failed');
    expect(failed.map(({ clause }) => clause)).toEqual(['13b']);
    expect(failed[0]!.error!.message).toMatch(/expected 1 evaluation\(s\), got 2/);
  });
});

describe('a test runner', () => {
  /** What a runner is told, and the bodies to run. */
  function record(): { names: string[]; bodies: (() => Promise<void>)[]; runner: Parameters<typeof conformance>[1] } {
    const names: string[] = [];
    const bodies: (() => Promise<void>)[] = [];
    const runner = {
      describe: (name: string, body: () => void) => {
        names.push(name);
        body();
      },
      it: (_name: string, body: () => Promise<void>) => void bodies.push(body),
    };
    return { names, bodies, runner };
  }

  it('needs only describe and it, and gets one test per clause', async () => {
    const { names, bodies, runner } = record();
    conformance(pluginOf(Affine), { ...runner, cases: { 'acme/layer': [{ event: [1] }] } });
    expect(names).toEqual(['conformance of acme-layers@1.0.0', 'bijector acme/layer']);
    expect(bodies.length).toBe(17);
    await bodies[1]!();
  });

  it('is told how to get a backend that is not there, and keeps the one that was active', async () => {
    await tf.setBackend('cpu');
    const { bodies, runner } = record();
    conformance(pluginOf(Affine), { ...runner, backends: ['abacus', 'wasm'] });
    await expect(bodies[0]!()).rejects.toThrow(/"abacus" cannot be used.*import '@tensorflow\/tfjs-backend-abacus'/);
    await bodies[17]!();
    expect(tf.getBackend()).toBe('cpu');
  });

  it('is told when none of the shapes can be built', async () => {
    const refusing = pluginOf(
      class extends Affine {
        constructor(build: BijectorBuild) {
          if (build.dataShape[0] !== 7) throw build.shapeError('takes seven columns');
          super(build);
        }
      },
    );
    const [first] = await runConformance(refusing, { backends: ['cpu'] });
    expect(first!.error!.message).toMatch(/builds on none of the shapes.*Give cases of your own/);
  });

  it('fails where the plugin is no plugin', () => {
    expect(() => conformance({} as Plugin, record().runner)).toThrow(/something that is not a plugin/);
  });
});
