import type * as tf from '@tensorflow/tfjs';
import type { Distribution } from '../contracts/distribution.ts';

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

/** The name of a model as messages print it. */
export function modelName(model: Distribution): string {
  return model.path === '' ? model.type : `${model.path} (${model.type})`;
}

function isDiagnosable(model: Distribution): model is Distribution & Diagnosable {
  return 'diagnose' in model && typeof model.diagnose === 'function';
}
