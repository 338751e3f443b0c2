import type * as tf from '@tensorflow/tfjs';
import type { Distribution } from '../contracts/distribution.ts';
import { FlowzooError } from '../errors/flowzoo-error.ts';

/** Where a model's numbers first stop being finite, as its `diagnose` tells. */
export interface Diagnosis {
  /** `layers[3] (affine-coupling)`. */
  readonly place: string;
  /** `output`, `log-det`, … */
  readonly what: string;
  /** Row of the batch, from 0. */
  readonly row?: number;
}

/** A model that can say which of its layers is at fault; flows can. */
interface Diagnosable {
  diagnose(x: tf.Tensor, context?: tf.Tensor): Promise<Diagnosis | null>;
}

/** Asks the model, where it can tell. */
export async function diagnose(
  model: Distribution,
  x: tf.Tensor,
  context: tf.Tensor | undefined,
): Promise<Diagnosis | null> {
  return isDiagnosable(model) ? model.diagnose(x, context) : null;
}

/** The diagnosis in words: `the log-det of layers[3] (affine-coupling), row 5 of the batch`. */
export function describeDiagnosis(diagnosis: Diagnosis): string {
  const row = diagnosis.row === undefined ? '' : `, row ${diagnosis.row} of the batch`;
  return `the ${diagnosis.what} of ${diagnosis.place}${row}`;
}

/** The error of a step whose loss, or else whose gradient, is not finite; `where` says which part is at fault. */
export function notFiniteStep(fault: {
  readonly step: number;
  readonly loss: number;
  readonly gradientNorm: number;
  readonly learningRate: number;
  readonly where: string;
  /** Default: what helps against weights that run away. */
  readonly advice?: string | undefined;
}): FlowzooError {
  const { step, loss, gradientNorm, learningRate, where, advice = BOUND_THE_WEIGHTS } = fault;
  const subject = Number.isFinite(loss) ? 'gradient' : 'loss';
  return new FlowzooError(
    'E_NOT_FINITE_LOSS',
    `the ${subject} is not finite at learning rate ${Number(learningRate.toPrecision(4))}, ${where}`,
    {
      at: `step ${step}`,
      expected: 'a finite number',
      found: String(Number.isFinite(loss) ? gradientNorm : loss),
      remedy: `The model has the weights of the last step whose loss was finite. ${advice}`,
    },
  );
}

/** The name of a model as messages print it. */
export function modelName(model: Distribution): string {
  return model.path === '' ? model.type : `${model.path} (${model.type})`;
}

const BOUND_THE_WEIGHTS =
  'Lower the learning rate, lengthen the warm-up, lower clipNorm, or bound the scales of the layer';

function isDiagnosable(model: Distribution): model is Distribution & Diagnosable {
  return 'diagnose' in model && typeof model.diagnose === 'function';
}
