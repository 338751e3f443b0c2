import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readData } from '../src/data/index.ts';
import { flowzoo, imageSpec, openWorkshop, tableSpec, type Workshop } from './flowzoo.ts';

let workshop: Workshop;

beforeAll(async () => {
  workshop = await openWorkshop();
  await workshop.writeJson('table.json', tableSpec);
  // A logistic base would make the density of pixels flat, so that no noise changed it.
  const model = { ...imageSpec.model, base: { type: 'standard-normal' } };
  await workshop.writeJson('image.json', { ...imageSpec, model });
  await workshop.writeRows('rows.npy', [32, 3]);
  await workshop.writeRows('images.npy', [24, 4, 4], 5);
  await flowzoo(workshop.words('train @table.json --data @rows.npy --out @table --steps 2'));
  await flowzoo(workshop.words('train @image.json --data @images.npy --out @image --steps 1'));
});
afterAll(() => workshop.remove());

const run = (line: string) => flowzoo(workshop.words(line));
const report = async (options: string) =>
  JSON.parse((await run(`score @image --data @images.npy --json ${options}`)).out);

async function rowsOf(out: string, options: string): Promise<readonly number[]> {
  await run(`score @image --data @images.npy --out @${out} ${options}`);
  return Array.from((await readData(workshop.path(out))).values);
}

describe('flowzoo score of a bound', () => {
  it('says in JSON how it was estimated', async () => {
    expect(await report('')).toMatchObject({ bound: true, draws: 1, combine: 'mean' });
    expect(await report('--draws 3')).toMatchObject({ bound: true, draws: 3, combine: 'mean' });
    const weighted = await report('--draws 3 --combine log-mean-exp');
    expect(weighted).toMatchObject({ bound: true, draws: 3, combine: 'log-mean-exp' });
    const exact = JSON.parse((await run('score @table --data @rows.npy --json --draws 3')).out);
    expect(exact).toMatchObject({ bound: false, draws: null, combine: null });
  });

  it('says in words which bound it is', async () => {
    const kind = async (options: string) =>
      /\((.*bound.*)\)/.exec((await run(`score @image --data @images.npy ${options}`)).out)?.[1];
    expect(await kind('')).toBe('lower bound');
    expect(await kind('--draws 3')).toBe('lower bound, mean of 3 draws');
    expect(await kind('--draws 3 --combine log-mean-exp')).toBe('lower bound, importance-weighted over 3 draws');
  });

  it('weighs the same draws that it averages: the bound is tighter in every row', async () => {
    const mean = await rowsOf('mean.npy', '--draws 4');
    const weighted = await rowsOf('weighted.npy', '--draws 4 --combine log-mean-exp');
    for (const [i, nats] of weighted.entries()) {
      expect(nats).toBeGreaterThan(mean[i]!);
    }
    expect((await report('--draws 4 --combine log-mean-exp')).logProb.mean).toBeCloseTo(
      weighted.reduce((sum, nats) => sum + nats / weighted.length, 0),
      4,
    );
  });

  it.each([
    ['score @image --data @images.npy --combine log-mean-exp', 'one draw has nothing to be combined with'],
    ['score @table --data @rows.npy --combine log-mean-exp', 'one draw has nothing to be combined with'],
    [
      'score @table --data @rows.npy --draws 4 --combine log-mean-exp',
      'the log-likelihood of this model is exact, and draws of noise do not tighten it',
    ],
  ])('refuses to combine what cannot be: %s', async (line, message) => {
    const { code, out, err } = await run(line);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toContain(`--combine log-mean-exp: ${message}`);
    expect(err).toContain('E_OPTION');
  });

  it('refuses a combination that it does not know', async () => {
    const { code, err } = await run('score @image --data @images.npy --draws 4 --combine median');
    expect(code).toBe(2);
    expect(err).toMatch(/--combine <how>.*Allowed choices are mean, log-mean-exp/);
  });
});
