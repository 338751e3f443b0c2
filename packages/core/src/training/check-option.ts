import { FlowzooError } from '../errors/flowzoo-error.ts';

/** A rule of an option: what is expected, in words, and the test. */
export interface OptionRule {
  readonly expected: string;
  readonly holds: (value: unknown) => boolean;
}

const number = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/** A whole number from 1. */
export const count: OptionRule = {
  expected: 'a whole number, 1 or more',
  holds: (value) => number(value) && Number.isInteger(value) && value >= 1,
};
/** A whole number from 0. */
export const wholeNumber: OptionRule = {
  expected: 'a whole number, 0 or more',
  holds: (value) => number(value) && Number.isInteger(value) && value >= 0,
};
/** A finite number above 0. */
export const positive: OptionRule = {
  expected: 'a finite number above 0',
  holds: (value) => number(value) && value > 0,
};
/** A finite number from 0. */
export const notNegative: OptionRule = {
  expected: 'a finite number, 0 or more',
  holds: (value) => number(value) && value >= 0,
};
/** A number in [0, 1). */
export const decay: OptionRule = {
  expected: 'a number from 0 up to, not including, 1',
  holds: (value) => number(value) && value >= 0 && value < 1,
};
/** A number in (0, 1). */
export const fraction: OptionRule = {
  expected: 'a number between 0 and 1',
  holds: (value) => number(value) && value > 0 && value < 1,
};
/** A number in (0, 1]. */
export const factor: OptionRule = {
  expected: 'a number above 0, at most 1',
  holds: (value) => number(value) && value > 0 && value <= 1,
};
/** A number in [0, 1]. */
export const share: OptionRule = {
  expected: 'a number from 0 to 1',
  holds: (value) => number(value) && value >= 0 && value <= 1,
};
/** A function. */
export const callable: OptionRule = { expected: 'a function', holds: (value) => typeof value === 'function' };

/** One of some words. */
export function oneOf(...words: readonly string[]): OptionRule {
  return { expected: words.join(' or '), holds: (value) => words.includes(value as string) };
}

/** The rule, or null. */
export function orNull(rule: OptionRule): OptionRule {
  return { expected: `${rule.expected}, or null`, holds: (value) => value === null || rule.holds(value) };
}

/**
 * The value of an option, or its default.
 *
 * @throws E_OPTION naming the option
 */
export function option<Value>(
  name: string,
  value: Value | undefined,
  fallback: NoInfer<Value>,
  rule: OptionRule,
): Value {
  if (value === undefined) return fallback;
  if (rule.holds(value)) return value;
  throw new FlowzooError('E_OPTION', 'the option cannot have this value', {
    at: name,
    expected: rule.expected,
    found: show(value),
  });
}

/** @throws E_OPTION naming a key that is no option */
export function assertKnownKeys(name: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw new FlowzooError('E_OPTION', 'there is no such option', {
    at: name === '' ? unknown : `${name}.${unknown}`,
    expected: `one of ${known.join(', ')}`,
  });
}

function show(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : String(value);
}
