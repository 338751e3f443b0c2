import type * as tf from '@tensorflow/tfjs';
import { FlowzooError, formatShape } from '@flowzoo/core';

/** What a prompt is checked against. */
export interface PromptSite {
  readonly count: number;
  /** The longest prompt there may be. */
  readonly time: number;
  readonly levels: number;
  readonly at: string;
}

/**
 * The prompt of each signal; null without.
 *
 * @throws E_OPTION for a wrong shape, E_OUT_OF_DOMAIN for what is no level
 */
export async function promptRows(
  prompt: tf.Tensor | undefined,
  { count, time, levels, at }: PromptSite,
): Promise<Float32Array[] | null> {
  if (prompt === undefined) return null;
  const length = prompt.shape.at(-1) ?? 0;
  const fits = (prompt.rank === 1 || (prompt.rank === 2 && prompt.shape[0] === count)) && length <= time;
  if (!fits) {
    throw new FlowzooError('E_OPTION', 'the prompt has the wrong shape', {
      at,
      expected: `[steps] for all signals or [${count}, steps], at most ${time} steps`,
      found: formatShape(prompt.shape),
    });
  }
  const values = Float32Array.from(await prompt.data());
  values.forEach((value, i) => {
    if (Number.isInteger(value) && value >= 0 && value < levels) return;
    throw new FlowzooError('E_OUT_OF_DOMAIN', 'a step of the prompt is no level of the model', {
      at,
      expected: `whole numbers 0 … ${levels - 1}`,
      found: `${value} at step ${i % length}`,
    });
  });
  return Array.from({ length: count }, (_, i) =>
    prompt.rank === 1 ? values : values.subarray(i * length, (i + 1) * length),
  );
}
