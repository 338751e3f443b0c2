import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRegistry, definePlugin, type Plugin } from '../registry/index.ts';
import { formatFault } from './faults.ts';

const registry = createRegistry();
const spec = (layers: unknown, rest: object = {}): object => ({
  format: 'flowzoo/model',
  version: 1,
  event: [2],
  model: { type: 'flow', layers },
  ...rest,
});
const lines = (document: unknown, within = registry): string[] => within.check(document).map(formatFault);

function inverted(depth: number): object {
  let layer: object = { type: 'scale' };
  for (let i = 0; i < depth; i++) layer = { type: 'invert', bijector: layer };
  return layer;
}

function repeated(depth: number, layers: object[]): object[] {
  return depth === 0 ? layers : [{ repeat: 10_000, layers: repeated(depth - 1, layers) }];
}

function endless(): object {
  const layer: Record<string, unknown> = { type: 'invert' };
  return Object.assign(layer, { bijector: layer });
}

/** 2¹⁰⁰ values when walked, a hundred objects in memory. */
function doubled(): unknown {
  let value: unknown = 1;
  for (let i = 0; i < 90; i++) value = [value, value];
  return value;
}

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('documents that would exhaust whoever builds them', () => {
  it.each<[string, () => unknown, RegExp]>([
    [
      'nested too deep',
      () => spec([inverted(60_000)]),
      /^layers\[0\]\.bijector.*…: is nested more than 100 levels deep/,
    ],
    ['that contain themselves', () => spec([endless()]), /is nested more than 100 levels deep, or contains itself$/],
    [
      'that share a value without end',
      () => spec([{ type: 'scale', value: doubled() }]),
      /^holds more than 5000000 val/,
    ],
    [
      'of a million million layers',
      () => spec(repeated(3, [{ type: 'tanh' }])),
      /^stands for more than 10000 parts once its repeat groups are written out \(got 1000000000001\)$/,
    ],
    ['of endless repetitions of nothing', () => spec(repeated(3, [])), /^stands for more than 10000 parts/],
    ['with a list of layers too long', () => spec(Array(10_001).fill({ type: 'tanh' })), /more than 10000 parts/],
    [
      'of enormous examples',
      () => spec([], { event: [100_000, 100_000] }),
      /^event: one example has at most 67108864 numbers \(got 10000000000\)$/,
    ],
  ])('refuses documents %s at once, in one line', (_name, document, message) => {
    const written = document();
    const began = performance.now();
    const found = lines(written);
    expect(performance.now() - began).toBeLessThan(4000);
    expect(found).toEqual([expect.stringMatching(message)]);
    expect(() => registry.build(written)).toThrow(expect.objectContaining({ code: 'E_SPEC' }));
  });

  it('takes what is large but not too large', () => {
    expect(lines(spec([{ repeat: 9_000, layers: [{ type: 'tanh' }] }]))).toEqual([]);
    expect(lines(spec([inverted(40)]))).toEqual([]);
  });

  it('cuts a name that fills a screen', () => {
    const [line] = lines(spec([{ type: 'x'.repeat(1e6) }]));
    expect(line!.length).toBeLessThan(600);
  });
});

describe('documents that are no JSON', () => {
  it.each<[string, unknown, string]>([
    ['a function', () => 0, 'layers[0].value: must be plain JSON (got a function)'],
    ['NaN', NaN, 'layers[0].value: must be plain JSON (got NaN)'],
    ['a bigint', 1n, 'layers[0].value: must be plain JSON (got a bigint)'],
    ['a typed array', Float32Array.of(1, 2), 'layers[0].value: must be plain JSON (got a Float32Array)'],
    ['a map', new Map(), 'layers[0].value: must be plain JSON (got a Map)'],
  ])('refuses %s by its place', (_name, value, message) => {
    expect(lines(spec([{ type: 'scale', value }]))).toEqual([message]);
  });

  it('takes undefined for absent, as JSON does', () => {
    expect(lines(spec([{ type: 'scale', value: undefined }], { name: undefined }))).toEqual([]);
  });

  it.each(['{"__proto__":{"polluted":1}}', '{"constructor":{"prototype":{"polluted":1}}}'])(
    'takes %s for an unknown key and changes nothing of the language',
    (text) => {
      const layer = JSON.parse(`{"type":"scale",${text.slice(1)}`) as object;
      expect(lines(spec([layer]))).toEqual([
        expect.stringMatching(/^layers\[0\]: unknown key "(__proto__|constructor)"/),
      ]);
      expect(lines({ ...spec([]), ...JSON.parse(text) })).toEqual([
        expect.stringMatching(/^unknown key "(__proto__|constructor)"/),
      ]);
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    },
  );

  it.each(['__proto__', 'constructor', 'toString'])('has no type called %s', (type) => {
    expect(lines(spec([{ type }]))[0]).toMatch(`layers[0]: no bijector is called "${type}"`);
  });

  it.each(['../model.safetensors', '/etc/x.safetensors', 'a\\b.safetensors', 'c:x.safetensors', '..', 'notes.txt', ''])(
    'refuses weights called "%s": they lie beside the spec',
    (file) => {
      const weights = { file, bytes: 10, sha256: '0'.repeat(64) };
      expect(lines(spec([], { weights })).at(-1)).toMatch(/^weights\.file: must match .*\.safetensors/);
    },
  );
});

describe('plugins with a fault of their own', () => {
  const plugin = (definition: object): Plugin =>
    definePlugin({
      name: 'flowzoo-acme',
      version: '1.0.0',
      contract: 1,
      bijectors: {
        'acme/x': { version: 1, schema: { type: 'object' }, create: () => undefined as never, ...definition },
      },
    });
  const use = (definition: object): unknown =>
    createRegistry()
      .use(plugin(definition))
      .build(spec([{ type: 'acme/x' }]));

  it.each<[string, object, string, RegExp]>([
    ['no schema', { schema: undefined }, 'E_PLUGIN', /flowzoo-acme defines "acme\/x" without a schema/],
    ['no version', { version: undefined }, 'E_PLUGIN', /defines "acme\/x" without a version, 1 or more/],
    ['no create', { create: 'new' }, 'E_PLUGIN', /defines "acme\/x" without a function create/],
    [
      'a schema that is none',
      { schema: { type: 'object', properties: { angle: { typ: 'number' } } } },
      'E_PLUGIN',
      /the schema of "acme\/x" is no valid JSON Schema .*unknown keyword: "typ".*author of the plugin/,
    ],
    ['create that returns nothing', {}, 'E_PLUGIN', /layers\[0\]: "acme\/x" was not built.*got nothing/],
    [
      'a migration that fails',
      { version: 2, migrate: () => JSON.parse('') as never },
      'E_SPEC_VERSION',
      /layers\[0\]: "acme\/x" cannot be lifted from version 1 to 2: Unexpected end/,
    ],
  ])('are named when they have %s', (_name, definition, code, message) => {
    const before = tf.memory().numTensors;
    expect(() => use(definition)).toThrow(message);
    expect(() => use(definition)).toThrow(expect.objectContaining({ code }));
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([{ name: '' }, { name: undefined }, { version: 'one' }, { version: undefined }])('need %o', (change) => {
    const broken = definePlugin({ ...plugin({}), ...(change as object) });
    expect(() => createRegistry().use(broken)).toThrow(/a plugin needs the name and the version of its package/);
  });
});
