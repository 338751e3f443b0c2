import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flowzoo, openWorkshop, tableSpec, type Workshop } from './flowzoo.ts';

const inverse = { type: 'iaf', hidden: [8], lastLayer: { initialization: 'zero', scale: 0.01 } };
const student = {
  format: 'flowzoo/model',
  version: 1,
  name: 'tiny-student',
  event: [3],
  seed: 2,
  model: { type: 'flow', layers: [inverse, { type: 'permutation', order: 'random' }, inverse] },
  training: { steps: 60, batchSize: 64, seed: 1, optimizer: { learningRate: 0.01 } },
};

let workshop: Workshop;
let teacher = '';
let spec = '';

beforeAll(async () => {
  workshop = await openWorkshop();
  teacher = workshop.path('teacher');
  const rows = await workshop.writeRows('rows.npy', [48, 3]);
  const file = await workshop.writeJson('teacher.json', { ...tableSpec, training: { steps: 40, batchSize: 48 } });
  const { code, err } = await flowzoo(['train', file, '--data', rows, '--out', teacher]);
  if (code !== 0) throw new Error(err);
  spec = await workshop.writeJson('student.json', student);
});
afterAll(() => workshop.remove());

describe('flowzoo distill', () => {
  it('lowers the divergence to a teacher, without data, and keeps a record', async () => {
    const out = workshop.path('student');
    const line = ['distill', spec, '--teacher', teacher, '--out', out, '--draws', '2000', '--json'];
    const first = JSON.parse((await flowzoo([...line, '--steps', '1'])).out);
    const { code, out: printed } = await flowzoo(line);
    expect(code).toBe(0);
    const result = JSON.parse(printed);
    expect(result.reason).toBe('steps');
    expect(result.divergence.value).toBeLessThan(0.5 * first.divergence.value);
    expect(result.divergence.value).toBeGreaterThan(-4 * result.divergence.standardError);
    const record = JSON.parse(await readFile(workshop.path('student', 'training.json'), 'utf8'));
    expect(record).toMatchObject({
      format: 'flowzoo/distillation',
      model: 'tiny-student',
      teacher,
      estimator: 'total',
    });
    expect((await flowzoo(['sample', out, '-n', '2'])).code).toBe(0);
  });

  it('prints one line', async () => {
    const line = ['distill', spec, '--teacher', teacher, '--out', workshop.path('x'), '--steps', '2', '--draws', '100'];
    expect((await flowzoo(line)).out).toMatch(/^KL\(student ‖ teacher\) {2}\S+ ± \S+ nats, \S+ % effective draws\n$/);
  });

  it('distills WaveNets step by step, with conditions and the power of real signals', async () => {
    const wave = (type: string) => ({
      ...student,
      event: [300],
      context: 2,
      model: { type: 'flow', layers: [{ type, features: 4, dilations: [1, 2] }] },
      training: { steps: 2, batchSize: 4 },
    });
    const [data, context] = [
      await workshop.writeRows('waves.npy', [6, 300]),
      await workshop.writeRows('conditions.npy', [6, 2]),
    ];
    const [teaching, learning] = [workshop.path('wave-teacher'), workshop.path('wave-student')];
    const files = [
      await workshop.writeJson('wave-teacher.json', wave('wavenet-flow')),
      await workshop.writeJson('wave-student.json', wave('wavenet-iaf')),
    ];
    const given = ['--data', data, '--context', context];
    expect((await flowzoo(['train', files[0]!, ...given, '--out', teaching])).err).toContain('saved');
    const line = ['distill', files[1]!, '--teacher', teaching, '--out', learning, '--draws', '8'];
    const { out: printed } = await flowzoo([...line, ...given, '--power-weight', '0.1']);
    expect(printed).toMatch(/^KL\(student ‖ teacher\) {2}\d\S+.* nats\n$/);
    expect((await flowzoo([...line, '--context', context, '--estimator', 'sampled', '--json'])).code).toBe(0);
    expect((await flowzoo(line)).err).toContain('context');
    const wrong = ['distill', spec, '--teacher', teacher, '--out', learning, '--estimator', 'sampled'];
    expect((await flowzoo(wrong)).err).toContain('this estimator knows signals step by step only');
  });

  it.each([
    ['a teacher with another event', { ...student, event: [4] }, /student and teacher have different events/],
    [
      'a student that draws in D passes only',
      { ...student, model: { type: 'flow', layers: [{ type: 'gated-pixelcnn' }] } },
      /gated-pixelcnn/,
    ],
  ])('refuses %s', async (_name, changed, message) => {
    const file = await workshop.writeJson('changed.json', changed);
    const { code, err } = await flowzoo(['distill', file, '--teacher', teacher, '--out', workshop.path('y')]);
    expect(code).toBe(1);
    expect(err).toMatch(message);
  });
});
