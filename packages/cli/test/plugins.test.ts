import { mkdir, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flowzoo, openWorkshop, tableSpec, type Workshop } from './flowzoo.ts';

let workshop: Workshop;
const home = process.cwd();

/** A plugin whose layer is a permutation of core's own, written without core: the brand is all that counts. */
const source = (version: string): string => `
const plugin = {
  name: 'acme-flows', version: '${version}', contract: 1,
  bijectors: {
    'acme/reverse': {
      version: 1,
      schema: {
        type: 'object',
        properties: { inner: { part: 'bijector', default: { type: 'permutation', order: 'reverse' } } },
      },
      create: (config, build) => build.bijector(config.inner, { name: 'inner', dataShape: build.dataShape }),
    },
  },
};
Object.defineProperty(plugin, Symbol.for('@flowzoo/plugin'), { value: true });
export { plugin };
`;

async function install(name: string, manifest: object, files: Readonly<Record<string, string>>): Promise<void> {
  const folder = workshop.path('node_modules', name);
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}/package.json`, JSON.stringify({ name, version: '2.1.0', ...manifest }));
  for (const [file, text] of Object.entries(files)) await writeFile(`${folder}/${file}`, text);
}

const spec = (requires?: object): object => ({
  ...tableSpec,
  ...(requires === undefined ? {} : { requires }),
  model: { ...tableSpec.model, layers: [{ type: 'acme/reverse' }, ...tableSpec.model.layers] },
});

beforeAll(async () => {
  workshop = await openWorkshop();
  process.chdir(workshop.path());
  const onlyImport = { exports: { '.': { types: './index.d.ts', import: './index.mjs' } } };
  await install('acme-flows', onlyImport, { 'index.mjs': source('2.1.0') });
  await install('acme-tools', { exports: './index.mjs' }, { 'index.mjs': 'export const tool = 1;' });
  await install('acme-broken', { main: 'index.mjs' }, { 'index.mjs': 'throw new Error("no licence");' });
  await workshop.writeText('plugin.mjs', source('2.1.0'));
  await workshop.writeRows('rows.npy', [32, 3]);
  await workshop.writeJson('silent.json', spec());
  for (const [name, range] of [
    ['acme-flows', '^2.0.0'],
    ['acme-tools', '^1.0.0'],
    ['acme-none', '^1.0.0'],
  ] as const) {
    await workshop.writeJson(`${name}.json`, spec({ [name]: range }));
  }
  await workshop.writeJson('old.json', spec({ 'acme-flows': '^3.0.0' }));
});
afterAll(async () => {
  process.chdir(home);
  await workshop.remove();
});

describe('a plugin of a third party', () => {
  it('is found where the spec requires it, in training and in use', async () => {
    const trained = await flowzoo(['train', 'acme-flows.json', '--data', 'rows.npy', '--out', 'out', '--steps', '1']);
    expect(trained.code).toBe(0);
    expect(trained.err).toContain('using acme-flows@2.1.0, which the spec requires\n');
    const sampled = await flowzoo(['sample', 'out', '-n', '2']);
    expect(sampled.code).toBe(0);
    expect(sampled.err).toContain('using acme-flows@2.1.0');
    expect((await flowzoo(['score', 'out', '--data', 'rows.npy'])).code).toBe(0);
  });

  it.each(['acme-flows', './plugin.mjs'])('is registered by --plugin %s', async (plugin) => {
    expect((await flowzoo(['check', 'silent.json', '--plugin', plugin])).out).toBe('silent.json: no faults\n');
    const schema = (await flowzoo(['schema', '--plugin', plugin])).out;
    expect(schema).toContain('"const": "acme/reverse"');
  });

  it.each([
    ['is not named at all', 'silent', /"acme\/reverse" comes from a third-party plugin that is not registered/],
    ['is not installed', 'acme-none', /requires\["acme-none"\]: acme-none is not registered: npm i acme-none/],
    [
      'has another version',
      'old',
      /needs \^3\.0\.0, but acme-flows@2\.1\.0 is registered: npm i acme-flows@"\^3\.0\.0"/,
    ],
  ])('that %s is a fault of the spec', async (_name, file, message) => {
    const { code, out } = await flowzoo(['check', `${file}.json`]);
    expect(code).toBe(1);
    expect(out).toMatch(message);
  });

  it('that is missing brings the option to mind', async () => {
    const hint = 'On the command line, --plugin PACKAGE registers the plugin of an installed package\n';
    expect((await flowzoo(['check', 'silent.json'])).err).toBe(hint);
    expect((await flowzoo(['show', 'silent.json'])).err).toContain(hint);
  });

  it.each([
    ['exports none', ['check', 'acme-tools.json'], /requires\["acme-tools"\]: the module exports no plugin .*got tool/],
    ['exports none', ['schema', '--plugin', 'acme-tools'], /--plugin acme-tools: the module exports no plugin/],
    ['fails', ['schema', '--plugin', 'acme-broken'], /acme-broken: the plugin cannot be imported \(got no licence\)/],
  ])('that %s is an error', async (_name, argv, message) => {
    const { code, err } = await flowzoo(argv);
    expect(code).toBe(1);
    expect(err).toMatch(/^error E_PLUGIN: /);
    expect(err).toMatch(message);
  });
});
