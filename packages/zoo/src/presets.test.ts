import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createRegistry, describeModel, isFlow, type FlowModel, type Model, type ModelSpec } from '@flowzoo/core';
// The families are registered by whoever loads a preset; a test is such a caller.
import { coupling } from '@flowzoo/layers-coupling';
import { autoregressive } from '@flowzoo/layers-autoregressive';
import { glow } from '@flowzoo/layers-glow';
import { planar } from '@flowzoo/layers-planar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listArchitectures, listPresets, loadPreset, presetCard, presetSpec } from './index.ts';

const registry = createRegistry().use(coupling).use(autoregressive).use(glow);
const presets = await listPresets();
const folder = fileURLToPath(new URL('../presets/', import.meta.url));

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
});

describe('the list', () => {
  it('has the presets of this package', () => {
    const names = presets.map((preset) => preset.name);
    expect(names).toEqual(names.toSorted());
    expect(names).toEqual(
      expect.arrayContaining(['maf-power-hourly', 'nice-digits', 'realnvp-digits', 'rq-nsf-power-hourly']),
    );
  });
});

describe.each(presets.map((preset) => preset.name))('%s', (name) => {
  it('loads, and its card, list entry and spec agree', async () => {
    const flow = await loadPreset<Model>(name, { registry });
    const card = await presetCard(name);
    const summary = describeModel(flow);
    const entry = presets.find((preset) => preset.name === name)!;
    expect(card.parameters).toBe(summary.parameters);
    expect(entry).toMatchObject({ parameters: summary.parameters, event: summary.event, summary: card.summary });
    expect(entry.bytes).toBe(flow.spec.weights!.bytes);
    const [result] = card.results;
    // Recordings are dequantized before the model sees them.
    if (result!.metric !== 'bits/sample') expect(result!.bound).toBe(flow.lowerBound);
    expect(flow.spec.name).toBe(name);
    flow.dispose();
  });

  it('starts a training from the same bits on every backend', async () => {
    const { weights: _trained, ...spec } = await presetSpec(name);
    const start = async (backend: string): Promise<Map<string, string>> => {
      await tf.setBackend(backend);
      const flow = registry.build<Model>(spec);
      // Digests: millions of numbers are slow to compare one by one.
      const values = new Map<string, string>();
      for (const [key, variable] of [...flow.variables, ...flow.state]) {
        const numbers = (await variable.data()).slice();
        values.set(key, createHash('sha256').update(new Uint8Array(numbers.buffer)).digest('hex'));
      }
      flow.dispose();
      return values;
    };
    expect(await start('cpu')).toEqual(await start('wasm'));
    await tf.setBackend('wasm');
  });

  it('repeats samples for a seed, and decodes what it encodes', async () => {
    const model = await loadPreset<Model>(name, { registry });
    const classes = model.contextSize;
    const context =
      classes === 0 ? undefined : tf.tidy(() => tf.cast(tf.oneHot([0, 1, 2, 3], classes), 'float32') as tf.Tensor);
    const x = await model.sample(4, { seed: 3, context });
    const again = await model.sample(4, { seed: 3, context });
    expect(await x.data()).toEqual(await again.data());
    if (isFlow(model)) {
      const flow = model as FlowModel;
      const back = tf.tidy(() => tf.max(tf.abs(tf.sub(flow.decode(flow.encode(x, context), context), x))).dataSync());
      expect(back[0]!).toBeLessThan(2e-3);
    }
    tf.dispose([x, again, ...(context === undefined ? [] : [context])]);
    model.dispose();
  });
});

describe('architectures without weights', () => {
  it('build with as many parameters as their line says, and their README too', async () => {
    const architectures = await listArchitectures();
    expect(architectures.map(({ name }) => name)).toEqual(['glow-cifar10']);
    for (const { name, event, parameters } of architectures) {
      const flow = registry.build(await presetSpec(name));
      expect(describeModel(flow)).toMatchObject({ event, parameters });
      const readme = await readFile(`${folder}${name}/README.md`, 'utf8');
      expect(readme).toContain(`${parameters.toLocaleString('en-US')} parameters`);
      flow.dispose();
    }
  });

  it('have a demonstration that builds', async () => {
    const spec = JSON.parse(await readFile(`${folder}glow-cifar10/demonstration.json`, 'utf8')) as ModelSpec;
    const flow = registry.build(spec);
    expect(flow.eventShape).toEqual([32, 32, 3]);
    flow.dispose();
  });

  it('are no presets', async () => {
    const load = loadPreset('glow-cifar10', { registry });
    await expect(load).rejects.toMatchObject({ code: 'E_PRESET' });
    await expect(load).rejects.toThrow(/an architecture without weights .*flowzoo train glow-cifar10/);
    await expect(presetSpec('glow-cifar100')).rejects.toThrow('there is no preset "glow-cifar100"');
  });
});

describe('loadPreset', () => {
  it('names the presets there are when one is unknown', async () => {
    const load = loadPreset('glow-mnits', { registry });
    await expect(load).rejects.toMatchObject({ code: 'E_PRESET' });
    await expect(load).rejects.toThrow(/no preset "glow-mnits" .*nice-digits.*flowzoo list/);
  });

  it('says which plugin is missing', async () => {
    const load = loadPreset('nice-digits', { registry: createRegistry() });
    await expect(load).rejects.toThrow(/@flowzoo\/layers-coupling is not registered: npm i @flowzoo\/layers-coupling/);
  });
});

describe('a base URL', () => {
  let server: Server;
  let baseUrl: string;
  /** What the server does with a path; otherwise it serves the package's presets. */
  let answer: (path: string) => { status: number; type: string; body: string | Buffer } | null = () => null;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const special = answer(request.url!);
      if (special !== null) {
        response.writeHead(special.status, { 'content-type': special.type }).end(special.body);
        return;
      }
      readFile(folder + request.url!).then(
        (body) => response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(body),
        () => response.writeHead(404, { 'content-type': 'text/plain' }).end('none'),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    baseUrl = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  });
  afterAll(() => new Promise<void>((resolve) => void server.close(() => resolve())));

  it('loads what it serves', async () => {
    answer = () => null;
    const flow = await loadPreset('nice-digits', { registry, baseUrl });
    expect(flow.eventShape).toEqual(flow.spec.event);
    flow.dispose();
  });

  it.each<[string, typeof answer, string, RegExp]>([
    [
      'answers a page for a file it does not have',
      (path) => (path.endsWith('.safetensors') ? { status: 200, type: 'text/html', body: '<!doctype html>' } : null),
      'E_FILE_READ',
      /got status 200 and an HTML page.*The baseUrl must be the folder that holds index\.json/,
    ],
    [
      'does not have the list',
      () => ({ status: 404, type: 'text/plain', body: '' }),
      'E_FILE_READ',
      /index\.json: the address has no such file .*got status 404/,
    ],
    [
      'serves damaged weights',
      (path) =>
        path.endsWith('.safetensors') ? { status: 200, type: 'application/octet-stream', body: 'xxxxxxxxxxxx' } : null,
      'E_WEIGHTS_HASH',
      /nice-digits\/model\.safetensors: the weights have the wrong length/,
    ],
    [
      'serves a list that is not JSON',
      () => ({ status: 200, type: 'application/json', body: '{' }),
      'E_FILE_READ',
      /index\.json: the file is not JSON/,
    ],
  ])('that %s is an error with its address', async (_name, behaviour, code, message) => {
    answer = behaviour;
    const before = tf.memory().numTensors;
    const load = loadPreset('nice-digits', { registry, baseUrl });
    await expect(load).rejects.toThrow(message);
    await expect(load).rejects.toMatchObject({ code });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('that nobody answers at is named', async () => {
    await expect(listPresets({ baseUrl: 'http://127.0.0.1:9' })).rejects.toThrow(
      /http:\/\/127\.0\.0\.1:9\/index\.json: the address cannot be reached/,
    );
  });

  it('can be left', async () => {
    answer = () => null;
    await expect(listPresets({ baseUrl, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'E_ABORTED' });
  });
});

describe('the shipped schema', () => {
  it('is the composed schema of the official families: npm run schema writes it', async () => {
    const shipped = JSON.parse(await readFile(`${folder}../schema/flowzoo-model.schema.json`, 'utf8')) as unknown;
    const official = createRegistry().use(coupling).use(planar).use(autoregressive).use(glow);
    expect(shipped).toEqual(JSON.parse(JSON.stringify(official.schema())));
  });
});
