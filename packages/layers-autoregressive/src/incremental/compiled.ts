import type { ActivationConfig } from '@flowzoo/core';
import type { Made } from '../made/made.ts';
import type { Dependence } from '../orders/dependence.ts';
import { networkOf } from './network.ts';
import { compile, type Program } from './program.ts';

/** A program and what it was made of. */
export interface Compiled {
  readonly program: Program;
  readonly activation: ActivationConfig;
  readonly parameterCount: number;
}

interface Entry extends Compiled {
  readonly dependence: Dependence;
  readonly degrees: readonly Int32Array[];
  /** Values of variables are told apart by the identity of their data: whatever assigns one gives it new data. */
  readonly data: readonly object[];
}

const entries = new WeakMap<Made, Entry>();

/** The program of a network at its present weights, kept until one of them is assigned; null for one that has none. */
export function compiled(made: Made): Compiled | null {
  const data = [...made.variables.values()].map(({ dataId }) => dataId);
  const known = entries.get(made);
  if (known !== undefined && !made.drops && isCurrent(known, made, data)) return known;
  const network = networkOf(made);
  if (network === null) return null;
  const { activation, parameterCount } = network;
  const degrees = made.degrees.map((list) => list.slice());
  const entry = { program: compile(network), activation, parameterCount, dependence: made.dependence, degrees, data };
  entries.set(made, entry);
  return entry;
}

function isCurrent(known: Entry, made: Made, data: readonly object[]): boolean {
  return (
    known.dependence === made.dependence &&
    data.every((each, i) => each === known.data[i]) &&
    // Loaded degrees are written over those before.
    made.degrees.every((list, layer) => list.every((degree, unit) => degree === known.degrees[layer]![unit]))
  );
}
