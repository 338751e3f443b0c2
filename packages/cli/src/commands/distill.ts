import * as tf from '@tensorflow/tfjs';
import type { Model } from '@flowzoo/core';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { describeDistillation, distillModel, type EstimatorName } from '../distillation/distill-model.ts';
import { areSignals, type SignalOptions } from '../distillation/distill-signals.ts';
import { readEvents, readInput, toTensor } from '../input.ts';
import { openModel, specOf } from '../model-argument.ts';
import { addExamples, addJson, positiveNumber, wholeNumber } from '../options.ts';
import { openSession, type SessionOptions } from '../session.ts';
import { applyOverrides, type Overrides } from '../training/overrides.ts';
import { openFolder } from '../training/open-folder.ts';

interface DistillCommandOptions extends SessionOptions, Overrides {
  readonly teacher: string;
  readonly out: string;
  readonly estimator?: EstimatorName;
  readonly draws: number;
  readonly data?: string;
  readonly context?: string;
  readonly powerWeight: number;
  readonly json?: boolean;
}

/** `flowzoo distill`: fits a model that samples fast to one that scores fast, without data. */
export function addDistill(program: Command, { terminal, outcome }: CommandContext): void {
  const command = program
    .command('distill')
    .description("fit a student to a trained teacher by KL(student ‖ teacher) over the student's draws")
    .argument(
      '<student>',
      'preset (its spec, from scratch), spec file or folder; it must draw in one differentiable pass',
    )
    .requiredOption('--teacher <model>', 'preset or folder of the trained teacher')
    .requiredOption('--out <folder>', 'where model.json, model.safetensors and training.json go')
    .option('--steps <N>', "number of updates, instead of the spec's", wholeNumber('--steps', 1))
    .option('--batch <N>', "draws per update, instead of the spec's", wholeNumber('--batch', 1))
    .option('--learning-rate <r>', "peak learning rate, instead of the spec's", positiveNumber('--learning-rate'))
    .option('--seed <S>', "seed of initial weights and draws, instead of the spec's", wholeNumber('--seed', 0))
    .addOption(
      new Option(
        '--estimator <name>',
        'of whole draws: total, or path, which leaves out the score of the student (less noise near the end, more work); ' +
          'of WaveNets, step by step: closed-form (their default), or sampled',
      ).choices(['total', 'path', 'closed-form', 'sampled']),
    )
    .option('--context <file>', 'WaveNets with a condition: a row for each signal to draw, around and around')
    .option(
      '--data <file>',
      'WaveNets: real signals, row for row of --context, whose power spectrum the student takes on',
    )
    .option('--power-weight <w>', 'of the power loss', positiveNumber('--power-weight'), 1)
    .option('--draws <N>', 'draws that measure the divergence at the end', wholeNumber('--draws', 1), 20_000)
    .action(async (name: string, options: DistillCommandOptions) => {
      const session = await openSession(options, terminal);
      const spec = session.registry.normalize(await specOf(name, session));
      const teacher = await openModel(options.teacher, session);
      await openFolder(options.out);
      const student = session.registry.build(applyOverrides(spec, options));
      const { teacher: teacherName, out, draws: evaluationSamples } = options;
      const estimator = options.estimator ?? (areSignals(teacher, student) ? 'closed-form' : 'total');
      const signals = await readSignals(options, student);
      const result = await distillModel(
        { student, teacher, teacherName, out, estimator, evaluationSamples, signals },
        terminal,
      );
      tf.dispose([signals.context ?? [], signals.power?.real ?? []]);
      student.dispose();
      teacher.dispose();
      terminal.out(options.json === true ? JSON.stringify(result, null, 2) : describeDistillation(result));
      outcome.exitCode = result.reason === 'aborted' ? 1 : 0;
    });
  addExamples(
    addJson(command),
    'distill iaf.json --teacher maf-power-hourly --out my-iaf',
    'distill student.json --teacher my-wavenet --context digits.npy --data recordings.npy --out parallel',
    'distill iaf-power-hourly --teacher maf-power-hourly --out again --steps 20000 --estimator path --json',
  );
}

/** The conditions and real signals of the distillation of WaveNets. */
async function readSignals(
  options: DistillCommandOptions,
  student: Model,
): Promise<Omit<SignalOptions, 'evaluationSamples'>> {
  const { data, context, powerWeight: weight } = options;
  if (data === undefined) {
    if (context === undefined) return {};
    return { context: toTensor(await readEvents(context, { event: [student.contextSize] })) as tf.Tensor2D };
  }
  const input = await readInput(context === undefined ? { data } : { data, context }, student);
  const power = { real: toTensor(input.x) as tf.Tensor2D, weight };
  return input.context === undefined ? { power } : { power, context: toTensor(input.context) as tf.Tensor2D };
}
