import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { BijectorBase } from '../contracts/bijector-base.ts';
import type { Mapped } from '../contracts/bijector.ts';
import { DistributionBase, type Draw } from '../contracts/distribution-base.ts';
import type { BijectorBuild } from './build.ts';
import { definePlugin, PLUGIN_BRAND, type PartConfig, type Plugin, type PluginOptions } from './plugin.ts';
import { createRegistry, type FlowModel } from './registry.ts';

interface StretchConfig extends PartConfig {
  readonly factor: number;
}

/** x = factor · z, with a trained offset drawn from the seed so that two builds can be compared. */
class Stretch extends BijectorBase {
  readonly #factor: number;
  readonly #offset: tf.Variable;

  constructor(config: StretchConfig, build: BijectorBuild) {
    super({ type: config.type, path: build.path, dataShape: build.dataShape });
    if (build.dataShape.at(-1)! > 9) throw build.shapeError('at most 9 columns', { found: String(build.dataShape) });
    this.#factor = config.factor;
    this.#offset = this.addVariable('offset', tf.tensor(build.random.normals(build.dataShape[0]!)));
  }

  protected computeForward(z: tf.Tensor): Mapped {
    const logDet = tf.fill([z.shape[0]!], Math.log(this.#factor) * z.shape[1]!);
    return { value: tf.add(tf.mul(z, this.#factor), this.#offset), logDet };
  }

  protected computeInverse(x: tf.Tensor): Mapped {
    const logDet = tf.fill([x.shape[0]!], -Math.log(this.#factor) * x.shape[1]!);
    return { value: tf.div(tf.sub(x, this.#offset), this.#factor), logDet };
  }
}

class Flat extends DistributionBase {
  protected computeLogProb(x: tf.Tensor): tf.Tensor {
    return tf.zeros([x.shape[0]!]);
  }
  protected draw({ count }: Draw): tf.Tensor {
    return tf.ones([count, ...this.eventShape]);
  }
}

function testPlugin(change: Partial<PluginOptions> = {}): Plugin {
  return definePlugin({
    name: '@flowzoo/test',
    version: '1.2.0',
    contract: 1,
    bijectors: {
      stretch: {
        version: 1,
        schema: { type: 'object', properties: { factor: { type: 'number', exclusiveMinimum: 0, default: 2 } } },
        create: (config: StretchConfig, build) => new Stretch(config, build),
      },
    },
    distributions: {
      flat: {
        version: 1,
        schema: { type: 'object' },
        create: (config, build) =>
          new (Flat as unknown as new (o: object) => Flat)({
            type: config.type,
            path: build.path,
            eventShape: build.eventShape,
          }),
      },
    },
    ...change,
  });
}

const spec = (layers: unknown[], rest: object = {}): object => ({
  format: 'flowzoo/model',
  version: 1,
  event: [3],
  model: { type: 'flow', base: { type: 'flat' }, layers },
  ...rest,
});

const registry = createRegistry().use(testPlugin());
const lines = (document: unknown): string[] =>
  registry.check(document).map((fault) => `${fault.code} ${fault.path}: ${fault.message}`);

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('registry.use', () => {
  it('takes the same plugin twice, from whichever copy of core', () => {
    const copy = Object.defineProperty({ ...testPlugin() }, PLUGIN_BRAND, { value: true });
    expect(() => createRegistry().use(testPlugin()).use(copy)).not.toThrow();
  });

  it.each<[string, unknown, string, RegExp]>([
    ['a function', () => 0, 'E_PLUGIN', /not a plugin .*what definePlugin\(\) returns, got function/],
    ['a module', { coupling: testPlugin() }, 'E_PLUGIN', /pass its export, registry\.use\(module\.coupling\)/],
    [
      'a newer contract',
      testPlugin({ contract: 2 }),
      'E_PLUGIN_CONTRACT',
      /expected contract 1, got contract 2.*npm i @flowzoo\/core@latest/,
    ],
    ['an older contract', testPlugin({ contract: 0 }), 'E_PLUGIN_CONTRACT', /npm i @flowzoo\/test@latest/],
    [
      'two versions',
      testPlugin({ version: '1.3.0' }),
      'E_PLUGIN_CONFLICT',
      /@flowzoo\/test@1\.2\.0, which is registered, got @flowzoo\/test@1\.3\.0.*npm ls/,
    ],
    [
      'a taken type',
      testPlugin({ name: '@flowzoo/other' }),
      'E_PLUGIN_CONFLICT',
      /two plugins register the bijector "stretch"/,
    ],
    [
      'a stranger without prefix',
      testPlugin({ name: 'strange' }),
      'E_PLUGIN',
      /registers the type "stretch" without a prefix/,
    ],
  ])('refuses %s', (_name, plugin, code, message) => {
    const use = (): unknown =>
      createRegistry()
        .use(testPlugin())
        .use(plugin as Plugin);
    expect(use).toThrow(message);
    expect(use).toThrow(expect.objectContaining({ code }));
  });
});

describe('registry.check', () => {
  it('finds nothing wrong with a good spec', () => {
    expect(lines(spec([{ type: 'stretch' }, { repeat: 2, layers: [{ type: 'stretch', factor: 3 }] }]))).toEqual([]);
  });

  it.each<[string, unknown, string[]]>([
    ['not an object', 7, ['E_SPEC : a spec must be a JSON object (got 7)']],
    ['another format', { format: 'x' }, ['E_SPEC format: must be "flowzoo/model" (got "x")']],
    [
      'a newer envelope',
      { format: 'flowzoo/model', version: 9 },
      ['E_SPEC_VERSION version: this spec has version 9, this core reads up to 1: npm i @flowzoo/core@latest'],
    ],
    ['an empty event', { ...spec([]), event: [] }, ['E_SPEC event: needs at least 1 item(s) (got [])']],
    [
      'an unknown key',
      spec([{ type: 'stretch', facter: 3 }]),
      ['E_SPEC layers[0]: unknown key "facter": did you mean "factor"?'],
    ],
    ['a wrong type', spec([{ type: 'stretch', factor: 'x' }]), ['E_SPEC layers[0].factor: must be number (got "x")']],
    ['out of range', spec([{ type: 'stretch', factor: 0 }]), ['E_SPEC layers[0].factor: must be > 0 (got 0)']],
    ['no type', spec([{}]), ['E_SPEC layers[0]: "type" is missing']],
    [
      'a near miss',
      spec([{ type: 'strech' }]),
      ['E_UNKNOWN_TYPE layers[0]: no bijector is called "strech": did you mean "stretch"?'],
    ],
    [
      'an official plugin',
      spec([{ type: 'actnorm' }]),
      [
        'E_UNKNOWN_TYPE layers[0]: "actnorm" comes from @flowzoo/layers-glow, which is not registered: npm i @flowzoo/layers-glow, then registry.use(glow)',
      ],
    ],
    [
      'a third party',
      spec([{ type: 'acme/spin' }]),
      [
        'E_UNKNOWN_TYPE layers[0]: "acme/spin" comes from a third-party plugin that is not registered: install the package of "acme", then registry.use(its plugin)',
      ],
    ],
    [
      'another kind',
      spec([{ type: 'flat' }]),
      ['E_UNKNOWN_TYPE layers[0]: "flat" is a distribution, but a bijector is wanted here'],
    ],
    [
      'a bad repeat',
      spec([{ repeat: 0, layers: [{ type: 'stretch' }] }]),
      ['E_SPEC layers[0].repeat: must be ≥ 1 (got 0)'],
    ],
    [
      'a missing plugin',
      spec([], { requires: { '@flowzoo/layers-glow': '^1.0.0' } }),
      [
        'E_REQUIRES requires["@flowzoo/layers-glow"]: @flowzoo/layers-glow is not registered: npm i @flowzoo/layers-glow, then registry.use(its plugin)',
      ],
    ],
    [
      'an old plugin',
      spec([], { requires: { '@flowzoo/test': '^2.0.0' } }),
      [
        'E_REQUIRES requires["@flowzoo/test"]: needs ^2.0.0, but @flowzoo/test@1.2.0 is registered: npm i @flowzoo/test@"^2.0.0"',
      ],
    ],
    [
      'a newer part',
      spec([{ type: 'stretch', version: 4 }]),
      ['E_SPEC_VERSION layers[0]: "stretch" has version 4, the registered plugin knows up to 1: update the plugin'],
    ],
  ])('reports %s in one line', (_name, document, expected) => {
    expect(lines(document)).toEqual(expected);
  });

  it('reports every fault, inside repeat groups and nested parts too', () => {
    const nested = { type: 'invert', bijector: { type: 'stretch', factor: -1 } };
    expect(
      lines(
        spec([
          { type: 'stretch', factor: 0 },
          { repeat: 2, layers: [nested] },
        ]),
      ),
    ).toEqual([
      'E_SPEC layers[0].factor: must be > 0 (got 0)',
      'E_SPEC layers[1].layers[0].bijector.factor: must be > 0 (got -1)',
    ]);
  });
});

describe('registry.build', () => {
  it('writes defaults out, expands repeat groups and names variables by position', () => {
    const flow = registry.build<FlowModel>(spec([{ type: 'stretch' }, { repeat: 2, layers: [{ type: 'stretch' }] }]));
    expect(flow.spec.model).toMatchObject({ layers: [{ factor: 2 }, { layers: [{ factor: 2 }] }] });
    expect([...flow.variables.keys()]).toEqual(['layers.0.offset', 'layers.1.offset', 'layers.2.offset']);
    expect(flow.layers[2]!.path).toBe('layers[1][1].layers[0]');
    flow.dispose();
  });

  it('draws the same weights for the same seed and others for another', () => {
    const weights = (seed: number): Float32Array => {
      const flow = registry.build<FlowModel>(spec([{ type: 'stretch' }], { seed }));
      const values = flow.variables.get('layers.0.offset')!.dataSync<'float32'>().slice();
      flow.dispose();
      return values;
    };
    expect(weights(1)).toEqual(weights(1));
    expect(weights(1)).not.toEqual(weights(2));
  });

  it('disposes what it built when a later layer fails, and names the layer', () => {
    const before = tf.memory().numTensors;
    const wide = spec([{ type: 'stretch' }, { type: 'invert', bijector: { type: 'nope' } }]);
    expect(() => registry.build(wide)).toThrow(/layers\[1\]\.bijector: no bijector is called "nope"/);
    const tooWide = { ...spec([{ type: 'stretch' }]), event: [12] };
    expect(() => registry.build(tooWide)).toThrow(/layers\[0\]: at most 9 columns/);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('lifts an old part through its migrations', () => {
    const lifted = createRegistry().use(
      testPlugin({
        bijectors: {
          stretch: {
            version: 2,
            schema: { type: 'object', properties: { factor: { type: 'number' } } },
            migrate: ({ scale, ...config }) => ({ ...config, factor: scale }),
            create: (config: StretchConfig, build) => new Stretch(config, build),
          },
        },
      }),
    );
    const normalized = lifted.normalize(spec([{ type: 'stretch', scale: 5 }]));
    expect(normalized.model).toMatchObject({ layers: [{ type: 'stretch', version: 2, factor: 5 }] });
  });

  it('composes one schema with the type as discriminator', () => {
    const schema = registry.schema() as { $defs: Record<string, Record<string, unknown>> };
    expect(schema.$defs['bijector']).toMatchObject({ discriminator: { propertyName: 'type' } });
    expect(schema.$defs['bijector:stretch']).toMatchObject({ properties: { type: { const: 'stretch' } } });
  });
});
