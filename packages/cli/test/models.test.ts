import { listPresets } from '@flowzoo/zoo';
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readData, toPng } from '../src/data/index.ts';
import { flowzoo, imageSpec, openWorkshop, tableSpec, type Workshop } from './flowzoo.ts';

let workshop: Workshop;
let rows = '';
let images = '';
let table = '';
let image = '';

beforeAll(async () => {
  workshop = await openWorkshop();
  rows = await workshop.writeRows('rows.npy', [48, 3]);
  images = await workshop.writeRows('images.npy', [40, 4, 4], 5);
  table = workshop.path('table');
  image = workshop.path('image');
  const specs = [
    await workshop.writeJson('table.json', tableSpec),
    await workshop.writeJson('image.json', imageSpec),
  ] as const;
  await flowzoo(['train', specs[0], '--data', rows, '--out', table]);
  await flowzoo(['train', specs[1], '--data', images, '--out', image]);
});
afterAll(() => workshop.remove());

const bytes = (name: string): Promise<Buffer> => readFile(workshop.path(name));

describe('flowzoo list', () => {
  it('prints the presets as a table and as JSON', async () => {
    const presets = await listPresets();
    expect(JSON.parse((await flowzoo(['list', '--json'])).out)).toEqual(presets);
    const { code, out } = await flowzoo(['list']);
    expect(code).toBe(0);
    for (const { name } of presets) expect(out).toContain(name);
    expect(out).toMatch(/^preset +event +parameters +weights +what it is$/m);
  });
});

describe('flowzoo show', () => {
  it('describes a spec and a folder', async () => {
    const { out } = await flowzoo(['show', workshop.path('table.json')]);
    expect(out).toMatch(
      /^tiny-table: flow of \[3\]\n\d+ parameters, log-likelihood exact\npasses: 1 to score, 1 to sample\n/,
    );
    expect(out).toMatch(/^layers\[0\] +affine-coupling +\[3\] +\[3\] +\d+ +1 +1$/m);
    expect((await flowzoo(['show', image])).out).toContain('log-likelihood a lower bound');
  });

  it('prints JSON', async () => {
    const shown = JSON.parse((await flowzoo(['show', table, '--json'])).out);
    expect(shown).toMatchObject({ name: 'tiny-table', type: 'flow', event: [3], bound: false });
    expect(shown.layers).toHaveLength(2);
    expect(shown.layers[0]).toMatchObject({ path: 'layers[0]', type: 'affine-coupling', passes: { forward: 1 } });
  });
});

describe('flowzoo show of an architecture without weights', () => {
  it('counts its parameters', async () => {
    const shown = JSON.parse((await flowzoo(['show', 'glow-cifar10', '--json'])).out);
    expect(shown).toMatchObject({ name: 'glow-cifar10', event: [32, 32, 3], parameters: 44_603_604 });
    expect((await flowzoo(['sample', 'glow-cifar10', '--out', workshop.path('none.npy')])).err).toContain(
      'an architecture without weights',
    );
  });
});

describe('flowzoo check and schema', () => {
  it('finds no fault', async () => {
    const path = workshop.path('table.json');
    expect(await flowzoo(['check', path])).toEqual({ code: 0, out: `${path}: no faults\n`, err: '' });
    expect(JSON.parse((await flowzoo(['check', path, '--json'])).out)).toEqual({ spec: path, valid: true, faults: [] });
  });

  it('prints one line per fault', async () => {
    const layer = { type: 'affine-coupling', conditioner: { type: 'mlp', hidden: [0] } };
    const model = { ...tableSpec.model, layers: [layer, { type: 'afine-coupling' }] };
    const path = await workshop.writeJson('faulty.json', { ...tableSpec, model, seeds: 1 });
    const { code, out } = await flowzoo(['check', path]);
    expect(code).toBe(1);
    const lines = out.trimEnd().split('\n');
    expect(lines).toContain('unknown key "seeds": did you mean "seed"?');
    const json = JSON.parse((await flowzoo(['check', path, '--json'])).out);
    expect(json.valid).toBe(false);
    expect(json.faults).toHaveLength(lines.length);
    expect(Object.keys(json.faults[0])).toEqual(['code', 'path', 'message']);
  });

  it('finds shapes that do not fit, by layer and shape', async () => {
    const layers = [{ type: 'reshape', shape: [7] }];
    const path = await workshop.writeJson('shapes.json', { ...tableSpec, model: { ...tableSpec.model, layers } });
    const { code, out } = await flowzoo(['check', path]);
    expect(code).toBe(1);
    expect(out).toMatch(/^layers\[0\] \(reshape\): .*expected a shape of 3 elements, as \[3\] has, got \[7\].*\n$/);
  });

  it('finds a file that is no JSON', async () => {
    const path = await workshop.writeText('broken.json', '{ "format": ');
    const { code, out } = await flowzoo(['check', path]);
    expect(code).toBe(1);
    expect(out).toMatch(
      /broken\.json: the file is not JSON \(expected a flowzoo\/model document, got .*\)\. Check the name.*\n$/,
    );
  });

  it('prints the schema of all registered types', async () => {
    const schema = JSON.parse((await flowzoo(['schema'])).out);
    expect(schema.$defs['bijector:affine-coupling']).toBeDefined();
  });
});

describe('flowzoo sample', () => {
  it.each(['csv', 'npy', 'csv.gz', 'npy.gz'])('gives the same .%s bytes for the same seed', async (ending) => {
    for (const [name, seed] of [
      ['a', '3'],
      ['b', '3'],
      ['c', '4'],
    ] as const) {
      const argv = ['sample', table, '-n', '5', '--seed', seed, '--out', workshop.path(`${name}.${ending}`)];
      expect(await flowzoo(argv)).toMatchObject({ code: 0, out: '' });
    }
    expect(await bytes(`a.${ending}`)).toEqual(await bytes(`b.${ending}`));
    expect(await bytes(`a.${ending}`)).not.toEqual(await bytes(`c.${ending}`));
    expect((await readData(workshop.path(`a.${ending}`))).shape).toEqual([5, 3]);
  });

  it('prints to standard output what it would write to a .csv', async () => {
    const { out, err } = await flowzoo(['sample', table, '-n', '5', '--seed', '3']);
    expect(out).toBe((await bytes('a.csv')).toString());
    expect(err).toMatch(/^sample {2}5\/5 samples {2}100%/);
  });

  it('writes images as levels and as a sheet', async () => {
    for (const name of ['s.idx', 's.png', 's.npy']) {
      expect((await flowzoo(['sample', image, '-n', '4', '--out', workshop.path(name)])).code).toBe(0);
    }
    const levels = await readData(workshop.path('s.idx'));
    expect(levels.shape).toEqual([4, 4, 4]);
    expect(levels.values).toEqual((await readData(workshop.path('s.npy'))).values);
    expect(Math.max(...levels.values)).toBeLessThan(5);
    expect((await readData(workshop.path('s.png'))).shape).toEqual([1, 134, 134, 1]);
  });

  it('draws the same point at temperature 0', async () => {
    const { out } = await flowzoo(['sample', table, '-n', '3', '--temperature', '0']);
    const lines = out.trimEnd().split('\n').slice(1);
    expect(new Set(lines).size).toBe(1);
  });
});

describe('flowzoo score', () => {
  it('prints JSON for an exact likelihood', async () => {
    const { out, err } = await flowzoo(['score', table, '--data', rows, '--json']);
    const report = JSON.parse(out);
    expect(report).toMatchObject({ model: 'tiny-table', rows: 48, bitsPerDimension: null, bound: false });
    expect(Object.keys(report).slice(0, 2)).toEqual(['model', 'rows']);
    expect(Object.keys(report.logProb)).toEqual(['mean', 'standardError']);
    expect(report.logProb.mean).toBeLessThan(0);
    expect(report.logProb.standardError).toBeGreaterThan(0);
    expect(err).toMatch(/^score {2}48\/48 rows/);
  });

  it('prints bits per dimension for a bound, tied to the nats', async () => {
    const report = JSON.parse((await flowzoo(['score', image, '--data', images, '--json'])).out);
    expect(report.bound).toBe(true);
    expect(report.bitsPerDimension).toBeCloseTo(-report.logProb.mean / (16 * Math.LN2), 6);
    expect(report.bitsPerDimensionStandardError).toBeCloseTo(report.logProb.standardError / (16 * Math.LN2), 8);
    const { out } = await flowzoo(['score', image, '--data', images]);
    expect(out).toMatch(/^tiny-image, 40 rows\nlog-likelihood .* nats per row \(lower bound\)\n.* bits per dimension/);
  });

  it('writes each row, whose mean is the one it prints', async () => {
    const out = workshop.path('scores.csv');
    const report = JSON.parse((await flowzoo(['score', table, '--data', rows, '--json', '--out', out])).out);
    const scores = await readData(out);
    expect(scores).toMatchObject({ shape: [48, 1], columns: ['log_prob'] });
    expect(scores.values.reduce((sum, value) => sum + value) / 48).toBeCloseTo(report.logProb.mean, 5);
    expect(scores.values[report.worst.row]).toBeCloseTo(report.worst.logProb, 5);
  });

  it('takes images as flat rows of a table and with a channel', async () => {
    const score = async (data: string): Promise<string> =>
      (await flowzoo(['score', image, '--data', data, '--json'])).out;
    const flat = await workshop.writeRows('flat.csv', [40, 16], 5);
    const channel = await workshop.writeRows('channel.npy', [40, 4, 4, 1], 5);
    expect(await score(flat)).toBe(await score(images));
    expect(await score(channel)).toBe(await score(images));
  });

  it('chooses rows and columns', async () => {
    const wide = await workshop.writeRows('wide.npy', [20, 5]);
    const score = ['score', table, '--data', wide, '--json'];
    const report = JSON.parse((await flowzoo([...score, '--columns', '0:3', '--rows', '-7:'])).out);
    expect(report.rows).toBe(7);
  });
});

describe('flowzoo encode and decode', () => {
  it('come back to the data', async () => {
    for (const [model, data] of [
      [table, rows],
      [image, images],
    ] as const) {
      const latents = workshop.path('latents.npy');
      const back = workshop.path('back.npy');
      expect((await flowzoo(['encode', model, '--data', data, '--batch', '7', '--out', latents])).code).toBe(0);
      expect((await flowzoo(['decode', model, '--data', latents, '--out', back])).code).toBe(0);
      const [x, again] = [await readData(data), await readData(back)];
      expect(again.shape).toEqual(x.shape);
      x.values.forEach((value, i) => expect(again.values[i]).toBeCloseTo(value, 4));
    }
  });

  it('print CSV without --out', async () => {
    const { out } = await flowzoo(['encode', table, '--data', rows, '--rows', '0:2']);
    expect(out).toMatch(/^x0,x1,x2\n(-?[\d.e-]+,){2}-?[\d.e-]+\n(-?[\d.e-]+,){2}-?[\d.e-]+\n$/);
  });
});

describe('flowzoo inpaint', () => {
  it.each(['ascent', 'langevin'])('keeps what is visible, with %s', async (method) => {
    const mask = await workshop.writeText('mask.csv', '1,0,1\n');
    const out = workshop.path(`${method}.npy`);
    const argv = ['inpaint', table, '--data', rows, '--rows', '0:3', '--mask', mask, '--steps', '5', '--seed', '2'];
    const { code, err } = await flowzoo([...argv, '--method', method, '--out', out]);
    expect(code).toBe(0);
    expect(err).toMatch(/^inpaint {2}5\/5 steps/);
    const [x, filled] = [await readData(rows), await readData(out)];
    expect(filled.shape).toEqual([3, 3]);
    filled.values.forEach((value, i) => {
      if (i % 3 === 1) expect(value).not.toBe(x.values[i]);
      else expect(value).toBe(x.values[i]);
    });
    const again = workshop.path(`${method}-again.npy`);
    await flowzoo([...argv, '--method', method, '--out', again]);
    expect((await readData(again)).values).toEqual(filled.values);
  });

  it('takes a picture as a mask: white is visible', async () => {
    const mask = workshop.path('half.png');
    const data = Uint8Array.from({ length: 16 }, (_, i) => (i < 8 ? 255 : 0));
    await writeFile(mask, toPng({ width: 4, height: 4, channels: 1, data }));
    const out = workshop.path('filled.npy');
    const argv = ['inpaint', image, '--data', images, '--rows', '0:2', '--mask', mask, '--steps', '3', '--out', out];
    expect((await flowzoo(argv)).code).toBe(0);
    const [x, filled] = [await readData(images), await readData(out)];
    for (const start of [0, 16]) {
      expect(filled.values.slice(start, start + 8)).toEqual(x.values.slice(start, start + 8));
    }
  });
});

describe('flowzoo doctor', () => {
  it('finds engine, plugins and every preset in order', async () => {
    const { code, out } = await flowzoo(['doctor', '--json']);
    const findings = JSON.parse(out) as { check: string; ok: boolean; detail: string }[];
    expect(code).toBe(0);
    expect(findings.map(({ check }) => check)).toEqual([
      'flowzoo',
      'node',
      'tfjs',
      'plugins',
      ...(await listPresets()).map(({ name }) => name),
    ]);
    expect(findings.every(({ ok }) => ok)).toBe(true);
    expect(findings[2]!.detail).toContain('backend wasm');
  });
});
