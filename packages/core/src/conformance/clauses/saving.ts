import type * as tf from '@tensorflow/tfjs';
import type { Bijector } from '../../contracts/bijector.ts';
import { evaluationMode } from '../../contracts/mode.ts';
import type { Part } from '../../contracts/part.ts';
import { loadWeights } from '../../saving/load-weights.ts';
import { packWeights } from '../../saving/pack.ts';
import type { Clause, ProbesOf } from '../clause.ts';
import { largestDifference, valuesOf } from '../numbers.ts';
import type { Probe } from '../probe.ts';
import type { Subject } from '../subject.ts';
import { show, violation } from '../violation.ts';

/**
 * Clause 11: variables and state go through the bytes of a safetensors file into an instance built with another seed, and
 * the two give the same bits: permutations, masks, statistics and initialization flags are state, not chance.
 */
export function savingClause<P extends Part>(probes: ProbesOf<P>): Clause<P> {
  return {
    id: '11',
    title: 'saved and loaded into an instance of another seed, it gives identical results',
    async checkUnscoped(subject) {
      const bytes = await packWeights(subject.part);
      const loaded = subject.build({ seed: subject.given.seed + 1000 });
      const onceOnly = flagOf(loaded);
      try {
        loadWeights(loaded, bytes, { at: 'the saved copy' });
        subject.part.setMode(evaluationMode('saving'));
        loaded.setMode(evaluationMode('saving'));
        assertSameFlag(subject.part, loaded);
        for (const probe of probes(subject)) compareOutputs(subject, probe, loaded);
        if (onceOnly) reinitialize(subject, probes(subject), loaded);
      } finally {
        loaded.dispose();
      }
    },
  };
}

function compareOutputs<P extends Part>(subject: Subject<P>, probe: Probe<P>, loaded: P): void {
  const inputs = probe.draw(8, subject.random.fork('saving'));
  const run = (part: P): Float32Array[] => {
    const tensors = probe.run(part, inputs);
    const values = tensors.map(valuesOf);
    tensors.forEach((tensor) => tensor.dispose());
    return values;
  };
  try {
    const [before, after] = [run(subject.part), run(loaded)];
    before.forEach((values, k) => {
      const { difference, index } = largestDifference(values, after[k]!);
      if (difference === 0) return;
      throw violation(`the ${probe.outputs[k]?.name ?? 'result'} of ${probe.name} is another after save and load`, {
        expected: show(values[index]!),
        found: show(after[k]![index]!),
        remedy: 'Keep everything random or measured in addState(…), and read derived values again in stateLoaded(…)',
      });
    });
  } finally {
    inputs.forEach((input) => input.dispose());
  }
}

function assertSameFlag(part: Part, loaded: Part): void {
  const [before, after] = [part, loaded].map(
    (each) => (each as Partial<Bijector>).traits?.needsInitialization ?? false,
  );
  if (before === after) return;
  throw violation('whether it still needs initialization is not saved', {
    expected: `needsInitialization ${before}`,
    found: `needsInitialization ${after}`,
    remedy: 'Keep the flag in addState(…) and read it in stateLoaded(…)',
  });
}

function flagOf(part: Part): boolean {
  return (part as Partial<Bijector>).traits?.needsInitialization ?? false;
}

/** A part that initializes itself once, from data, never does so again after loading. */
function reinitialize<P extends Part>(subject: Subject<P>, probes: readonly Probe<P>[], loaded: P): void {
  const initialize = (loaded as Partial<Bijector>).initialize;
  const probe = probes.at(-1);
  if (initialize === undefined || probe === undefined) return;
  const inputs = probe.draw(16, subject.random.fork('second initialization'));
  const result: tf.Tensor | void = initialize.call(loaded, inputs[0]!, inputs[1]);
  result?.dispose();
  inputs.forEach((input) => input.dispose());
  compareOutputs(subject, probe, loaded);
}
