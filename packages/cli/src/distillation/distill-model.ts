import {
  fitTarget,
  FlowzooError,
  type Estimate,
  type FitTargetEvent,
  type FitObjectiveOptions,
  type FitObjectiveResult,
  type Model,
  type TrainingRecipe,
} from '@flowzoo/core';
import { saveModel, writeFileAtomically } from '@flowzoo/core/node';
import { join } from 'node:path';
import type { Terminal } from '../terminal.ts';
import { createProgress, formatCount, formatNumber, formatUncertain, type Progress } from '../terminal/index.ts';
import { interruptible } from '../training/interrupt.ts';
import { RECORD_FILE } from '../training/record.ts';
import { distillSignals, type SignalOptions } from './distill-signals.ts';

/** What a distillation works with. */
export interface DistillOptions {
  readonly student: Model;
  readonly teacher: Model;
  /** The teacher as the command line names it. */
  readonly teacherName: string;
  readonly out: string;
  readonly estimator: EstimatorName;
  /** Draws of the student that measure the divergence at the end. */
  readonly evaluationSamples: number;
  /** What only the distillation of WaveNets takes. */
  readonly signals?: Omit<SignalOptions, 'evaluationSamples'>;
}

/** Estimators of whole draws, and of signals step by step. */
export type EstimatorName = 'total' | 'path' | 'closed-form' | 'sampled';

/** What came of it. */
export interface Distillation {
  readonly reason: FitObjectiveResult['reason'];
  /** KL(student ‖ teacher), nats, over draws of the student; null when interrupted. */
  readonly divergence: Estimate | null;
  /** Of so many draws, how many of the teacher would tell as much; null for signals. */
  readonly effectiveShare: number | null;
}

/**
 * Fits a student to a teacher by KL(student ‖ teacher) over the student's own draws, as the `training` block of its spec
 * says, and saves it with a record. No data are read, but by the power loss of signals.
 *
 * @throws E_EVENT_SHAPE when the two have different events, and what `fitTarget` and saving throw
 */
export async function distillModel(options: DistillOptions, terminal: Terminal): Promise<Distillation> {
  const { student, teacher, out } = options;
  const events = [student, teacher].map(({ eventShape }) => `[${eventShape.join(', ')}]`);
  if (events[0] !== events[1]) {
    throw new FlowzooError('E_EVENT_SHAPE', 'student and teacher have different events', {
      at: options.teacherName,
      expected: events[0],
      found: events[1],
    });
  }
  const { signal, release } = interruptible(() => terminal.error('stopping after this step …'));
  try {
    const { result, ...found } = await fitBy(options, { ...fitOptions(student), signal, onEvent: reporter(terminal) });
    await saveModel(out, student);
    await writeRecord(options, { ...result, ...found });
    terminal.error(`saved in ${out} after ${formatCount(result.steps)} steps`);
    return { reason: result.reason, ...found };
  } finally {
    release();
  }
}

interface Found extends Omit<Distillation, 'reason'> {
  readonly result: FitObjectiveResult;
}

async function fitBy(options: DistillOptions, fitting: FitObjectiveOptions): Promise<Found> {
  const { student, teacher, estimator, evaluationSamples } = options;
  if (estimator === 'closed-form' || estimator === 'sampled') {
    const own = { ...options.signals, estimator, evaluationSamples };
    return { effectiveShare: null, ...(await distillSignals({ teacher, student, fitting, ...own })) };
  }
  const result = await fitTarget(student, (x) => teacher.logProb(x), {
    ...fitting,
    annealing: null,
    estimator,
    evaluationSamples,
  });
  const { evaluation } = result;
  if (evaluation === null) return { result, divergence: null, effectiveShare: null };
  // The teacher is a density already: its evidence is 1, so the divergence is the negative ELBO.
  const { value, standardError } = evaluation.elbo;
  const effectiveShare = evaluation.effectiveSampleSize / evaluation.samples;
  return { result, divergence: { value: -value, standardError }, effectiveShare };
}

function fitOptions({ spec }: Model): FitObjectiveOptions {
  const recipe: TrainingRecipe = spec.training ?? {};
  const { steps = 2000, batchSize, seed, optimizer, schedule, clipNorm, average } = recipe;
  return { steps, samples: batchSize, seed, optimizer, schedule, clipNorm, average };
}

async function writeRecord(
  { student, teacherName, estimator, out }: DistillOptions,
  result: FitObjectiveResult & Pick<Distillation, 'divergence' | 'effectiveShare'>,
): Promise<void> {
  const { reason, steps, weights, seconds, divergence, effectiveShare, history } = result;
  const record = {
    format: 'flowzoo/distillation',
    version: 1,
    model: student.spec.name ?? null,
    teacher: teacherName,
    estimator,
    settings: student.spec.training,
    result: { reason, steps, weights, seconds, divergence, effectiveShare },
    history,
  };
  await writeFileAtomically(join(out, RECORD_FILE), new TextEncoder().encode(`${JSON.stringify(record, null, 2)}\n`));
}

function reporter(terminal: Terminal): (event: FitTargetEvent) => void {
  let progress: Progress | undefined;
  return (event) => {
    if (event.type === 'start') {
      const { parameters, samples, steps } = event;
      terminal.error(
        `${formatCount(parameters)} parameters, ${formatCount(steps)} steps of ${formatCount(samples)} draws of the student`,
      );
      progress = createProgress({ label: 'distill', total: steps, stream: terminal.progress });
    } else if (event.type === 'step') progress?.update(event.step, `KL ${formatNumber(event.loss)}`);
    else if (event.type === 'stop' || event.type === 'not-finite') progress?.finish();
  };
}

/** One line for a terminal. */
export function describeDistillation({ divergence, effectiveShare }: Distillation): string {
  if (divergence === null) return 'interrupted: what is saved is not finished';
  const nats = `KL(student ‖ teacher)  ${formatUncertain(divergence.value, divergence.standardError)} nats`;
  return effectiveShare === null ? nats : `${nats}, ${(100 * effectiveShare).toFixed(1)} % effective draws`;
}
