import * as tf from '@tensorflow/tfjs';
import type { Part } from '../../contracts/part.ts';
import { isFlowzooError, type ErrorCode } from '../../errors/flowzoo-error.ts';
import type { Clause, ProbesOf } from '../clause.ts';
import { largestDifference, valuesOf } from '../numbers.ts';
import type { Probe } from '../probe.ts';
import type { Subject } from '../subject.ts';
import { violation } from '../violation.ts';

/** A part that says how wide its context is. */
export type Conditional = Part & { readonly contextSize: number };

const ROWS = 4;

/** Clause 10a: another context gives another result. */
export function contextMattersClause<P extends Conditional>(probes: ProbesOf<P>): Clause<P> {
  return {
    id: '10a',
    title: 'a different context gives a different result',
    applies: ({ part }) => part.contextSize > 0,
    check(subject) {
      const changed = probes(subject).some((probe) => {
        const inputs = probe.draw(ROWS, subject.random.fork('context'));
        const others = probe.draw(ROWS, subject.random.fork('another context'));
        const before = probe.run(subject.part, inputs).map(valuesOf);
        const after = probe.run(subject.part, [...inputs.slice(0, -1), others.at(-1)!]).map(valuesOf);
        return before.some((values, k) => largestDifference(values, after[k]!).difference > 0);
      });
      if (changed) return;
      throw violation('the context is ignored', {
        expected: `results that depend on a context of width ${subject.part.contextSize}`,
        found: 'the same results for two contexts',
        remedy: 'Declare contextSize 0 when the part does not condition on it',
      });
    },
  };
}

/** Clause 10b: every wrong argument is refused by its code, in a message that names the path. */
export function refusalClause<P extends Conditional>(
  probes: ProbesOf<P>,
  /** Distributions may take int32 as the numbers they are; layers may not. */
  options: { readonly wrongType: 'int32' | 'bool' },
): Clause<P> {
  return {
    id: '10b',
    title: 'wrong rank, shape, dtype and context are refused with their codes, naming the path',
    check(subject) {
      for (const probe of probes(subject)) {
        const [input, context] = probe.draw(ROWS, subject.random.fork('refusals')) as [tf.Tensor, tf.Tensor?];
        const own = context === undefined ? [] : [context];
        const event = input.shape.slice(1);
        const wider = [...event.slice(0, -1), (event.at(-1) ?? 0) + 1];
        const refuse = (what: string, code: ErrorCode, inputs: readonly tf.Tensor[]): void =>
          expectRefusal(subject, probe, { what, code, inputs });
        refuse('a single example without a batch axis', 'E_RANK', [tf.zeros(event), ...own]);
        refuse('another event shape', 'E_EVENT_SHAPE', [tf.zeros([ROWS, ...wider]), ...own]);
        refuse(`${options.wrongType} data`, 'E_DTYPE', [tf.cast(input, options.wrongType), ...own]);
        if (context === undefined) {
          refuse('a context though it is unconditional', 'E_CONTEXT', [input, tf.zeros([ROWS, 2])]);
        } else {
          const width = subject.part.contextSize;
          refuse('no context', 'E_CONTEXT', [input]);
          refuse('a context that is too wide', 'E_CONTEXT', [input, tf.zeros([ROWS, width + 1])]);
          refuse('a context without batch', 'E_CONTEXT', [input, tf.zeros([width])]);
          refuse('a context of another batch size', 'E_BATCH', [input, tf.zeros([ROWS + 1, width])]);
        }
      }
    },
  };
}

function expectRefusal<P extends Conditional>(
  { part, path }: Subject<P>,
  probe: Probe<P>,
  wrong: { what: string; code: ErrorCode; inputs: readonly tf.Tensor[] },
): void {
  let caught: unknown = null;
  try {
    probe.run(part, wrong.inputs);
  } catch (error) {
    caught = error;
  }
  if (isFlowzooError(caught) && caught.code === wrong.code && caught.message.includes(path)) return;
  throw violation(`${probe.name} was given ${wrong.what}`, {
    expected: `an error ${wrong.code} that names "${path}"`,
    found: caught === null ? 'no error' : caught instanceof Error ? `"${caught.message}"` : String(caught),
    remedy: 'Extend BijectorBase or DistributionBase and hand build.path on: they check every call',
  });
}
