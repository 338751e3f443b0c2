import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flowzoo, openWorkshop, tableSpec, type Workshop } from './flowzoo.ts';

let workshop: Workshop;

beforeAll(async () => {
  workshop = await openWorkshop();
  await workshop.writeJson('table.json', tableSpec);
  await workshop.writeRows('rows.npy', [32, 3]);
});
afterAll(() => workshop.remove());

describe('what was not understood', () => {
  it.each<[string, string, RegExp]>([
    ['no command', '', /^Usage: flowzoo \[options\] \[command\]/],
    ['a near miss of a command', 'trian', /error: unknown command 'trian'\n\(Did you mean train\?\)\nflowzoo --help/],
    [
      'a near miss of an option',
      'sample @table --sed 3',
      /unknown option '--sed'\n\(Did you mean --seed\?\)\nflowzoo sample --help/,
    ],
    ['no model', 'sample', /missing required argument 'model'/],
    ['too many arguments', 'list all', /too many arguments/],
    ['no data', 'score @table', /required option '--data <file>' not specified/],
    ['no value', 'sample @table --out', /argument missing/],
    ['no samples', 'sample @table -n 0', /error E_OPTION: --count: must be a whole number, 1 or more \(got "0"\)/],
    [
      'half a step',
      'train @table.json --data @rows.npy --out @x --steps 1.5',
      /--steps: must be a whole number, 1 or more \(got "1\.5"\)/,
    ],
    ['a negative seed', 'sample @table --seed -1', /--seed: must be a whole number, 0 or more \(got "-1"\)/],
    ['no temperature', 'sample @table --temperature warm', /--temperature: must be a number 0 or more \(got "warm"\)/],
    [
      'a rate of nothing',
      'train @table.json --data @rows.npy --out @x --learning-rate 0',
      /--learning-rate: must be a number above 0/,
    ],
    [
      'a range that is none',
      'train @table.json --data @rows.npy --out @x --validation-rows 5',
      /--validation-rows: not a range of rows .*For one row write 5:6/,
    ],
    ['columns that are none', 'score @table --data @rows.npy --columns 0,,1', /--columns: not a list of columns/],
    [
      'a method that is none',
      'inpaint @table --data @rows.npy --mask @good-mask.csv --method guess',
      /'guess' is invalid\. Allowed choices are ascent, langevin/,
    ],
    [
      'a backend that is none',
      'sample @table --backend webgl',
      /--backend: this backend is not available \(expected wasm, native, wasm-stock or cpu, got webgl\)/,
    ],
  ])('%s', async (_name, line, message) => {
    const { code, out, err } = await flowzoo(workshop.words(line));
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
  });
});

describe('help', () => {
  it('goes to standard output, with exit code 0', async () => {
    const { code, out, err } = await flowzoo(['--help']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('Exit codes: 0 success, 1 failure, 2 wrong usage.');
    expect((await flowzoo(['help', 'train'])).out).toContain('Usage: flowzoo train');
    expect((await flowzoo(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each(['list', 'show', 'check', 'schema', 'train', 'sample', 'score', 'encode', 'decode', 'inpaint', 'doctor'])(
    'of %s has examples',
    async (name) => {
      const { code, out } = await flowzoo([name, '--help']);
      expect(code).toBe(0);
      expect(out).toMatch(new RegExp(`Examples:\\n  flowzoo ${name}`));
      expect(out).toContain('--backend <name>');
    },
  );
});
