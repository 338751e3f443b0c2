import type { Part } from '../contracts/part.ts';
import type { PartKind } from '../registry/plugin.ts';
import type { Registry } from '../registry/registry.ts';
import type { Random } from '../random/random.ts';
import type { Clause } from './clause.ts';
import type { Case } from './options.ts';
import type { ResolvedCase } from './subject.ts';

/** Where a part is built. */
export interface BuildSite {
  readonly registry: Registry;
  readonly type: string;
  readonly given: ResolvedCase;
  readonly seed: number;
  readonly path: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** What the suite knows about one kind of part: how to build it, on what, and what it promises. */
export interface Suite<P extends Part = Part> {
  readonly kind: PartKind;
  /** Cases of a type for which the author gives none. */
  readonly derivedCases: readonly Case[];
  create(site: BuildSite): P;
  /** Data-dependent initialization. */
  prepare(part: P, given: ResolvedCase, random: Random): void;
  /** Whether a derived case that offers a context says something else than the one without. */
  isConditional(part: P): boolean;
  readonly clauses: readonly Clause<P>[];
}
