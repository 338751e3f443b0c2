import type * as tf from '@tensorflow/tfjs';
import type { Bijector, Structure } from '../../contracts/bijector.ts';
import { sizeOf } from '../../contracts/shape.ts';
import type { Clause } from '../clause.ts';
import type { Matrix } from '../../linear-algebra/index.ts';
import { jacobians } from '../derivatives.ts';
import { valuesOf } from '../numbers.ts';
import type { Subject } from '../subject.ts';
import { contextRows, dataRows, latentRows } from '../suites/bijector-inputs.ts';
import { show, violation } from '../violation.ts';

/**
 * Clause 7: the zero pattern of the Jacobian is the declared one in both directions. Autoregressive: nothing depends on a
 * later element, and everything on every earlier one. Coupling: the identity elements pass bit for bit. Elementwise: the
 * Jacobian is diagonal.
 */
export const structureClause: Clause<Bijector> = {
  id: '7',
  title: 'the Jacobian has the declared structure, and pass-through elements are bit-identical',
  applies: ({ part }) => part.structure !== undefined && !part.traits.lowerBound,
  check(subject) {
    const structure = subject.part.structure!;
    for (const direction of ['forward', 'inverse'] as const) {
      const { inputs, value } = evaluate(subject, direction);
      if (structure.kind === 'coupling') checkIdentity(structure.identity, inputs[0]!, value, direction);
      else checkPattern(subject, structure, inputs, direction);
    }
  },
};

const ROWS = 6;

function evaluate(
  subject: Subject<Bijector>,
  direction: 'forward' | 'inverse',
): { inputs: tf.Tensor[]; value: tf.Tensor } {
  const random = subject.random.fork(`structure ${direction}`);
  const rows = sizeOf(subject.part.dataShape) > 8 ? 2 : ROWS;
  const input = (direction === 'forward' ? latentRows : dataRows)(subject, rows, random.fork('input'));
  const context = contextRows(subject, rows, random.fork('context'));
  const inputs = context === undefined ? [input] : [input, context];
  return { inputs, value: subject.part[direction](input, context).value };
}

function checkIdentity(identity: readonly number[], input: tf.Tensor, output: tf.Tensor, direction: string): void {
  const [before, after] = [valuesOf(input), valuesOf(output)];
  const size = before.length / input.shape[0]!;
  for (let index = 0; index < before.length; index++) {
    if (!identity.includes(index % size) || Object.is(before[index], after[index])) continue;
    throw violation(`element ${index % size} is declared to pass through ${direction} unchanged, but changes`, {
      expected: String(before[index]),
      found: String(after[index]),
      remedy: 'Take it from the input and not through arithmetic: x·1 + 0 is not always x',
    });
  }
}

function checkPattern(
  subject: Subject<Bijector>,
  structure: Exclude<Structure, { kind: 'coupling' }>,
  inputs: readonly tf.Tensor[],
  direction: 'forward' | 'inverse',
): void {
  const { part, given } = subject;
  const size = sizeOf(part.dataShape);
  const matrices = jacobians((input, rest) => part[direction](input, rest[0]).value, inputs);
  const strength = strongest(matrices);
  const noise = 1e-5 * Math.max(1, ...strength);
  const entry = (i: number, j: number): number => strength[i * size + j]!;
  const [to, from] = direction === 'forward' ? ['x', 'z'] : ['z', 'x'];
  const first = (role: Role, broken: (strength: number) => boolean): [number, number] | null => {
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) if (roleOf(structure, i, j) === role && broken(entry(i, j))) return [i, j];
    }
    return null;
  };
  const excess = first('zero', (found) => found > noise);
  if (excess !== null) {
    const [i, j] = excess;
    throw violation(`${to}[${i}] depends on ${from}[${j}] in ${direction}, which the structure excludes`, {
      expected: `∂${to}[${i}]/∂${from}[${j}] = 0 (${structure.kind})`,
      found: show(entry(i, j)),
      remedy: 'Check the masks and the order (strict at the output, not strict inside)',
    });
  }
  const cut = first('diagonal', (found) => !(found > 0));
  if (cut !== null) throw violation(`${to}[${cut[0]}] does not depend on ${from}[${cut[0]}] in ${direction}`);
  const missing = given.sparseDependence ? null : first('earlier', (found) => found === 0);
  if (missing === null) return;
  const [i, j] = missing;
  throw violation(`${to}[${i}] never depends on ${from}[${j}] in ${direction}, though it comes earlier`, {
    remedy:
      'A degree is missing in some hidden layer; if the field of view is limited by design, set "sparseDependence"',
  });
}

type Role = 'diagonal' | 'earlier' | 'zero';

function roleOf(structure: Exclude<Structure, { kind: 'coupling' }>, i: number, j: number): Role {
  if (i === j) return 'diagonal';
  if (structure.kind === 'elementwise') return 'zero';
  return structure.rank[j]! < structure.rank[i]! ? 'earlier' : 'zero';
}

/** Entry by entry the largest size over the batch. */
function strongest(matrices: readonly Matrix[]): number[] {
  return Array.from(matrices[0]!.data, (_, index) => Math.max(...matrices.map(({ data }) => Math.abs(data[index]!))));
}
