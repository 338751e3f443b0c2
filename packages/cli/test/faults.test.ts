import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flowzoo, imageSpec, openWorkshop, tableSpec, type Workshop } from './flowzoo.ts';

let workshop: Workshop;

beforeAll(async () => {
  workshop = await openWorkshop();
  await workshop.writeJson('table.json', tableSpec);
  await workshop.writeJson('image.json', imageSpec);
  await workshop.writeRows('rows.npy', [32, 3]);
  await workshop.writeRows('two.npy', [32, 2]);
  await workshop.writeRows('wide.npy', [32, 5]);
  await workshop.writeRows('images.npy', [8, 4, 4], 5);
  await workshop.writeRows('bright.npy', [8, 4, 4], 9);
  await flowzoo(workshop.words('train @table.json --data @rows.npy --out @table --steps 2'));
  await flowzoo(workshop.words('train @image.json --data @images.npy --out @image --steps 1'));

  await workshop.writeText('nan.csv', 'a,b,c\n1,2,3\n1,nan,3\n');
  await workshop.writeText('words.csv', 'a,b,c\n1,2,three\n');
  await workshop.writeText('empty.csv', '');
  await workshop.writeText('header.csv', 'a,b,c\n');
  await workshop.writeText('ragged.csv', '1,2,3\n1,2\n');
  await workshop.writeText('visible.csv', '1,1,1\n');
  await workshop.writeText('hidden.csv', '0,0,0\n');
  await workshop.writeText('grey.csv', '1,0.5,0\n');
  await workshop.writeText('good-mask.csv', '1,0,1\n');
  const npy = await readFile(workshop.path('rows.npy'));
  await writeFile(workshop.path('npy.csv'), npy);
  await writeFile(workshop.path('cut.npy'), npy.subarray(0, npy.length - 5));
  await writeFile(workshop.path('text.png'), 'no picture');

  const weights = await readFile(workshop.path('table', 'model.safetensors'));
  for (const name of ['cut', 'flipped', 'gone', 'other'])
    await cp(workshop.path('table'), workshop.path(name), { recursive: true });
  await writeFile(workshop.path('cut', 'model.safetensors'), weights.subarray(0, -4));
  const flipped = Buffer.from(weights);
  flipped[flipped.length - 1]! ^= 1;
  await writeFile(workshop.path('flipped', 'model.safetensors'), flipped);
  await cp(workshop.path('image', 'model.safetensors'), workshop.path('other', 'model.safetensors'));
  await mkdir(workshop.path('no-model'));
  await rm(workshop.path('gone', 'model.safetensors'));

  await workshop.writeJson('unknown-type.json', {
    ...tableSpec,
    model: { type: 'flow', layers: [{ type: 'afine-coupling' }] },
  });
  await workshop.writeJson('stranger.json', {
    ...tableSpec,
    model: { type: 'flow', layers: [{ type: 'acme/rotation' }] },
  });
  await workshop.writeJson('newer.json', { ...tableSpec, version: 9 });
  await workshop.writeJson('null.json', null);
  await workshop.writeJson('steps.json', { ...tableSpec, training: { steps: 0 } });
  const permutation = { type: 'permutation', axis: 3 };
  await workshop.writeJson('axis.json', { ...tableSpec, model: { type: 'flow', layers: [permutation] } });
  await workshop.writeText('half.json', '{');
});
afterAll(() => workshop.remove());

describe('what was understood and fails', () => {
  it.each<[string, string, string, RegExp]>([
    [
      'no such model',
      'show nothing',
      'E_PRESET',
      /"nothing" is no model \(expected a folder with model\.json, a spec file, or a preset/,
    ],
    ['a folder without a model', 'show @no-model', 'E_FILE_READ', /no-model\/model\.json: the file cannot be read/],
    [
      'a spec without weights',
      'sample @table.json',
      'E_SPEC',
      /table\.json: this is a file, not a trained model .*flowzoo train/,
    ],
    [
      'weights that are cut off',
      'sample @cut',
      'E_WEIGHTS_HASH',
      /cut\/model\.safetensors: .*wrong length \(expected \d+ bytes, got \d+ bytes\)/,
    ],
    [
      'weights with a flipped bit',
      'score @flipped --data @rows.npy',
      'E_WEIGHTS_HASH',
      /flipped\/model\.safetensors: the weights have the wrong SHA-256/,
    ],
    ['weights that are not there', 'sample @gone', 'E_FILE_READ', /gone\/model\.safetensors: the file cannot be read/],
    ['weights of another model', 'sample @other', 'E_WEIGHTS_HASH', /other\/model\.safetensors/],

    [
      'a spec that is no JSON',
      'train @half.json --data @rows.npy --out @x',
      'E_SPEC',
      /half\.json: the file is not JSON/,
    ],
    ['a spec that is no object', 'train @null.json --data @rows.npy --out @x', 'E_SPEC', /must be a JSON object/],
    [
      'an unknown type',
      'train @unknown-type.json --data @rows.npy --out @x',
      'E_UNKNOWN_TYPE',
      /layers\[0\]: no bijector is called "afine-coupling": did you mean "affine-coupling"\?/,
    ],
    [
      'a type of a plugin that is not there',
      'show @stranger.json',
      'E_UNKNOWN_TYPE',
      /"acme\/rotation" comes from a third-party plugin that is not registered.*\n.*--plugin PACKAGE/,
    ],
    ['a newer spec', 'show @newer.json', 'E_SPEC_VERSION', /version 9/],
    [
      'a faulty recipe',
      'train @steps.json --data @rows.npy --out @x',
      'E_SPEC',
      /training\.steps: must be ≥ 1 \(got 0\)/,
    ],

    ['no such data', 'score @table --data @none.npy', 'E_FILE_READ', /none\.npy: the file cannot be read \(got ENOENT/],
    [
      'data without an ending',
      'score @table --data @none',
      'E_DATA_FORMAT',
      /a file name that does not tell its format/,
    ],
    [
      'data of another width',
      'score @table --data @two.npy',
      'E_EVENT_SHAPE',
      /two\.npy: the rows do not have the shape of the model \(expected \[rows, 3\], got \[32, 2\]\)/,
    ],
    [
      'data with more columns',
      'train @table.json --data @wide.npy --out @x',
      'E_EVENT_SHAPE',
      /wide\.npy: .*\(expected \[rows, 3\], got \[32, 5\]\)\. Choose the columns with --columns/,
    ],
    ['images for rows', 'encode @table --data @images.npy', 'E_EVENT_SHAPE', /images\.npy: .*got \[8, 4, 4\]/],
    [
      'data beyond the levels',
      'score @image --data @bright.npy',
      'E_OUT_OF_DOMAIN',
      /bright\.npy, row \d, element \d+: the model is one of data with 5 levels \(expected whole numbers from 0 to 4, got \d\)/,
    ],
    [
      'latents of another shape',
      'decode @table --data @two.npy',
      'E_EVENT_SHAPE',
      /expected \[rows, 3\], got \[32, 2\]/,
    ],
    [
      'a NaN',
      'score @table --data @nan.csv',
      'E_DATA_NOT_FINITE',
      /nan\.csv, row 1, column 1 "b": not a finite number/,
    ],
    [
      'a word',
      'train @table.json --data @words.csv --out @x',
      'E_DATA_FORMAT',
      /words\.csv, row 0, column 2 "c": not a number .*"three"/,
    ],
    ['an empty file', 'score @table --data @empty.csv', 'E_DATA_EMPTY', /empty\.csv: no data/],
    ['a header alone', 'score @table --data @header.csv', 'E_DATA_EMPTY', /got a header and no rows/],
    [
      'no rows selected',
      'score @table --data @rows.npy --rows 90:',
      'E_DATA_EMPTY',
      /rows\.npy: no data \(expected at least one row/,
    ],
    [
      'columns that are not there',
      'score @table --data @wide.npy --columns 0,1,9',
      'E_OPTION',
      /wide\.npy: column "9" is not there/,
    ],
    [
      'an option of a layer that cannot be',
      'show @axis.json',
      'E_OPTION',
      /layers\[0\].*"axis" is no axis of the event/,
    ],
    [
      'a ragged table',
      'score @table --data @ragged.csv',
      'E_DATA_FORMAT',
      /ragged\.csv, row 1: a row of another length \(expected 3 cells, got 2\)/,
    ],
    [
      'a .csv that is none',
      'score @table --data @npy.csv',
      'E_DATA_FORMAT',
      /npy\.csv: the file is not what its name says \(expected comma-separated text, got a NumPy/,
    ],
    ['a .npy that is cut off', 'score @table --data @cut.npy', 'E_DATA_FORMAT', /cut\.npy: the file is cut off/],
    [
      'a .png that is none',
      'score @image --data @text.png',
      'E_DATA_FORMAT',
      /text\.png: the file is not what its name says/,
    ],

    [
      'a mask that hides nothing',
      'inpaint @table --data @rows.npy --mask @visible.csv',
      'E_MASK',
      /the mask hides nothing/,
    ],
    [
      'a mask that hides everything',
      'inpaint @table --data @rows.npy --mask @hidden.csv',
      'E_MASK',
      /the mask hides everything/,
    ],
    [
      'a mask of grey',
      'inpaint @table --data @rows.npy --mask @grey.csv',
      'E_MASK',
      /holds only 1 \(visible\) and 0 \(hidden\) \(expected 0 or 1, got 0\.5\)\. Round it first/,
    ],
    [
      'a mask of another shape',
      'inpaint @table --data @rows.npy --mask @two.npy',
      'E_EVENT_SHAPE',
      /two\.npy: .*expected \[rows, 3\]/,
    ],
    [
      'a context for a model without',
      'score @table --data @rows.npy --context @two.npy',
      'E_CONTEXT',
      /two\.npy: the model is unconditional and takes no context/,
    ],

    [
      'an output of no format',
      'sample @table --out @s.xyz',
      'E_DATA_FORMAT',
      /s\.xyz: a file name that does not tell its format/,
    ],
    [
      'an output in no folder',
      'sample @table --out @none/s.csv',
      'E_FILE_WRITE',
      /none\/s\.csv: the file cannot be written \(got ENOENT/,
    ],
    [
      'an output through a file',
      'sample @table --out @rows.npy/s.csv',
      'E_FILE_WRITE',
      /s\.csv: the file cannot be written/,
    ],
    [
      'a sheet of what is no image',
      'sample @table --out @s.png',
      'E_EVENT_SHAPE',
      /s\.png: these rows are no images .*got \[16, 3\]/,
    ],
    ['fractions as bytes', 'sample @table --out @s.idx', 'E_DATA_FORMAT', /s\.idx/],
    [
      'a folder that is a file',
      'train @table.json --data @rows.npy --out @rows.npy',
      'E_FILE_WRITE',
      /rows\.npy: the folder cannot be made or written to/,
    ],
    [
      'a plugin that is not there',
      'sample @table --plugin ./none.js',
      'E_PLUGIN',
      /--plugin \.\/none\.js: the plugin cannot be imported/,
    ],
    [
      'a package that is not there',
      'sample @table --plugin flowzoo-none',
      'E_PLUGIN',
      /--plugin flowzoo-none: the package is not installed here .*npm i flowzoo-none/,
    ],
  ])('%s', async (_name, line, errorCode, message) => {
    const { code, out, err } = await flowzoo(workshop.words(line));
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(`error ${errorCode}: `);
    expect(err).toMatch(message);
    expect(err).not.toContain('    at ');
  });

  it('leaves no file behind that was not whole', async () => {
    const names = await readdir(workshop.path());
    expect(names.filter((name) => /^s\.|^x$|\.tmp$/.test(name))).toEqual([]);
  });

  it('keeps the old output when the new one cannot be written', async () => {
    const path = await workshop.writeText('kept.png', 'old');
    expect((await flowzoo(['sample', workshop.path('table'), '--out', path])).code).toBe(1);
    expect(await readFile(path, 'utf8')).toBe('old');
  });
});
