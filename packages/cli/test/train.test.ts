import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conditionalSpec, flowzoo, openWorkshop, tableSpec, type Workshop } from './flowzoo.ts';

let workshop: Workshop;
let spec = '';
let data = '';

beforeAll(async () => {
  workshop = await openWorkshop();
  spec = await workshop.writeJson('spec.json', tableSpec);
  data = await workshop.writeRows('rows.npy', [64, 3]);
});
afterAll(() => workshop.remove());

const train = (out: string, ...rest: string[]): string[] => [
  'train',
  spec,
  '--data',
  data,
  '--out',
  workshop.path(out),
  ...rest,
];
const weights = (out: string): Promise<Buffer> => readFile(workshop.path(out, 'model.safetensors'));
const record = async (out: string): Promise<Record<string, Record<string, unknown>>> =>
  JSON.parse(await readFile(workshop.path(out, 'training.json'), 'utf8'));

/** Trains and interrupts as soon as a validation is reported. */
async function interrupted(out: string, signal: NodeJS.Signals, ...rest: string[]): ReturnType<typeof flowzoo> {
  return flowzoo(train(out, '--validation-rows', '-8:', '--steps', '60', ...rest), (text) => {
    if (text.startsWith('step ')) process.emit(signal, signal);
  });
}

describe('flowzoo train', () => {
  it('saves a model and a record of it, and says which weights it kept', async () => {
    const { code, out, err } = await flowzoo(train('plain'));
    expect({ code, out }).toEqual({ code: 0, out: '' });
    expect(err).toMatch(/^\d+ parameters, 64 rows, no validation, 6 steps of 16 rows\n/);
    expect(err).toMatch(/^train {2}6\/6 steps {2}100% .* loss \d/m);
    expect(err).toContain('kept weights: their moving average\n');
    expect(err).toContain(`saved in ${workshop.path('plain')} after 6 steps`);
    expect((await readdir(workshop.path('plain'))).sort()).toEqual([
      'model.json',
      'model.safetensors',
      'training.json',
    ]);
    const { data: used, result, versions, settings, history } = await record('plain');
    expect(used).toEqual({ file: data, range: null, rows: 64, binarize: null, bits: null });
    expect(result).toMatchObject({ reason: 'steps', steps: 6, weights: 'average', resumedFrom: null });
    expect(Object.keys(versions!)).toEqual(expect.arrayContaining(['node', '@tensorflow/tfjs', '@flowzoo/core']));
    expect(settings).toMatchObject({ steps: 6, batchSize: 16 });
    expect(history!['training']).toHaveLength(6);
  });

  it('gives the same bytes for the same seed and others for another', async () => {
    await flowzoo(train('again'));
    await flowzoo(train('other', '--seed', '2'));
    expect(await weights('again')).toEqual(await weights('plain'));
    expect(await weights('other')).not.toEqual(await weights('plain'));
  });

  it('puts options in place of the recipe, keeps the best weights, and counts rows', async () => {
    const options = ['--rows', '0:40', '--validation-rows', '40:', '--columns', '2,0,1'];
    const { code, err } = await flowzoo(
      train('options', ...options, '--steps', '3', '--batch', '8', '--learning-rate', '0.02'),
    );
    expect(code).toBe(0);
    expect(err).toContain('40 rows, 24 rows for validation, 3 steps of 8 rows');
    expect(err).toMatch(/step 1: validation -?\d+\.\d+ ± \d+\.\d+ nats per row, best so far/);
    expect(err).toMatch(/kept weights: those of step \d, the best validation: -\d/);
    const { settings, validation } = await record('options');
    expect(settings).toMatchObject({ steps: 3, batchSize: 8, optimizer: { learningRate: 0.02 } });
    expect(validation).toEqual({ file: data, range: '40:', rows: 24, binarize: null, bits: null });
  });

  it('starts a saved model from scratch when its folder is named', async () => {
    const argv = ['train', workshop.path('plain'), '--data', data, '--out', workshop.path('from-folder')];
    expect((await flowzoo(argv)).code).toBe(0);
    expect(await weights('from-folder')).toEqual(await weights('plain'));
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('resumes after %s to the weights of an uninterrupted run', async (signal) => {
    const folder = `resumed-${signal}`;
    const whole = `whole-${signal}`;
    await flowzoo(train(whole, '--validation-rows', '-8:', '--steps', '60'));
    const stopped = await interrupted(folder, signal);
    expect(stopped.code).toBe(1);
    expect(stopped.err).toContain('stopping after this step, saving a checkpoint …');
    expect(stopped.err).toMatch(/stopped at step \d+; the same command with --resume continues/);
    expect(await readdir(workshop.path(folder))).toEqual(['checkpoint.safetensors']);

    const refused = await flowzoo(train(folder));
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('E_CHECKPOINT');
    expect(refused.err).toContain('Continue it with --resume, or start again with --force');

    const resumed = await flowzoo(train(folder, '--validation-rows', '-8:', '--steps', '60', '--resume'));
    expect(resumed.code).toBe(0);
    expect(resumed.err).toMatch(/continued from step \d+/);
    expect(await weights(folder)).toEqual(await weights(whole));
    expect((await record(folder))['result']!['resumedFrom']).toBeGreaterThan(0);
    expect(await readdir(workshop.path(folder))).not.toContain('checkpoint.safetensors');
  });

  it('starts again with --force, and refuses a checkpoint of other options', async () => {
    await interrupted('forced', 'SIGINT');
    const other = await flowzoo(train('forced', '--validation-rows', '-8:', '--steps', '50', '--resume'));
    expect(other.code).toBe(1);
    expect(other.err).toMatch(/error E_CHECKPOINT: .*made with other options \(expected 60, got 50\)/);
    expect((await flowzoo(train('forced', '--force'))).code).toBe(0);
    expect(await weights('forced')).toEqual(await weights('plain'));
  });

  it('leaves no handler of signals behind', async () => {
    const before = process.listenerCount('SIGINT');
    await flowzoo(train('handlers', '--steps', '1'));
    expect(process.listenerCount('SIGINT')).toBe(before);
  });

  it('ends at once on a second interrupt', async () => {
    const codes: unknown[] = [];
    const exit = process.exit;
    process.exit = ((code: unknown) => void codes.push(code)) as never;
    try {
      await flowzoo(train('twice', '--validation-rows', '-8:', '--steps', '60'), (text) => {
        if (text.startsWith('step ')) process.emit('SIGINT', 'SIGINT');
        if (text.startsWith('stopping')) process.emit('SIGINT', 'SIGINT');
      });
    } finally {
      process.exit = exit;
    }
    expect(codes[0]).toBe(130);
  });

  it.each([
    ['nothing to resume', 'none', undefined, /E_CHECKPOINT: .*there is nothing to resume/],
    ['a broken checkpoint', 'broken', 'no safetensors', /E_CHECKPOINT: .*the file is damaged or no checkpoint/],
  ])('says that there is %s', async (_name, out, content, message) => {
    await flowzoo(train(out, '--steps', '1'));
    if (content !== undefined) await writeFile(workshop.path(out, 'checkpoint.safetensors'), content);
    const { code, err } = await flowzoo(train(out, '--resume'));
    expect(code).toBe(1);
    expect(err).toMatch(message);
  });

  it('keeps the last good weights when the loss is not finite, and says where it broke', async () => {
    const { code, err } = await flowzoo(train('diverged', '--learning-rate', '1e20', '--steps', '30'));
    expect(code).toBe(1);
    expect(err).toMatch(/error E_NOT_FINITE_LOSS: step \d+: the (loss|gradient) is not finite at learning rate/);
    expect(err).toContain('the weights of the last step whose loss was finite');
    const scored = await flowzoo(['show', workshop.path('diverged')]);
    expect(scored.code).toBe(0);
  });

  it('trains on a context, of its own rows and of the validation', async () => {
    const conditional = await workshop.writeJson('conditional.json', conditionalSpec);
    const x = await workshop.writeRows('pairs.npy', [32, 2]);
    const context = await workshop.writeRows('context.npy', [32, 1]);
    const argv = ['train', conditional, '--data', x, '--out', workshop.path('conditional'), '--steps', '2'];
    expect((await flowzoo(argv)).err).toContain('E_CONTEXT: --context: the model is conditional and needs a context');
    const held = ['--rows', '0:24', '--validation-rows', '24:'];
    const { code, err } = await flowzoo([...argv, '--context', context, ...held]);
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining('24 rows, 8 rows for validation') });
    const sample = ['sample', workshop.path('conditional'), '-n', '2'];
    expect((await flowzoo(sample)).code).toBe(1);
    const one = await workshop.writeText('one.csv', 'c\n0.5\n');
    expect((await flowzoo([...sample, '--context', one])).out.trimEnd().split('\n')).toHaveLength(3);
    await rm(one);
  });
});
