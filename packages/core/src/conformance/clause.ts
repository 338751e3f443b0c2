import type { Part } from '../contracts/part.ts';
import type { Probe } from './probe.ts';
import type { Subject } from './subject.ts';

/** One promise of a contract, checked on one case at a time. */
export interface Clause<P extends Part = Part> {
  /** The number in the documentation; letters where one number has several checks. */
  readonly id: string;
  /** The promise, as the name of the test. */
  readonly title: string;
  /** The parameters to check it with: drawn at order 1, or as built. Default: `order-one`. */
  readonly parameters?: 'order-one' | 'initial';
  /** Whether the clause says anything about this part. Default: it does. */
  applies?(subject: Subject<P>): boolean;
  /** Throws a violation. Runs inside a tidy scope. */
  check?(subject: Subject<P>): void;
  /** The same for clauses that wait or count tensors: they run outside any scope and dispose what they make. */
  checkUnscoped?(subject: Subject<P>): void | Promise<void>;
}

/** The ways to call a part; what a kind of part gives the clauses that are written for all kinds. */
export type ProbesOf<P extends Part> = (subject: Subject<P>) => readonly Probe<P>[];
