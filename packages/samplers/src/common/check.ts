import { FlowzooError } from '@flowzoo/core';

/** @throws E_OPTION unless the value is a whole number from `least` */
export function assertWholeNumber(name: string, value: unknown, least: number): asserts value is number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return;
  throw impossible(name, value, `a whole number, ${least} or more`);
}

/** @throws E_OPTION unless the value is a finite number above 0 */
export function assertPositive(name: string, value: unknown): asserts value is number {
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return;
  throw impossible(name, value, 'a finite number above 0');
}

/** @throws E_OPTION unless the value is a number between 0 and 1, both excluded */
export function assertFraction(name: string, value: unknown): asserts value is number {
  if (typeof value === 'number' && value > 0 && value < 1) return;
  throw impossible(name, value, 'a number between 0 and 1');
}

/** @throws E_OPTION unless the value is a finite number */
export function assertFinite(name: string, value: unknown): asserts value is number {
  if (typeof value === 'number' && Number.isFinite(value)) return;
  throw impossible(name, value, 'a finite number');
}

/** @throws E_OPTION unless the value is a function */
export function assertFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw impossible(name, value, 'a function');
}

/** @throws E_OPTION unless the value is a seed as `Random` takes it */
export function assertSeed(name: string, value: unknown): void {
  if (typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value))) return;
  throw impossible(name, value, 'a finite number or a text');
}

/** @throws E_OPTION naming a key that is no option: a misspelt option must not be silently ignored */
export function assertKnownKeys(options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw new FlowzooError('E_OPTION', 'there is no such option', {
    at: unknown,
    expected: `one of ${known.join(', ')}`,
  });
}

/** @throws E_ABORTED when the signal has fired */
export function assertNotAborted(signal: AbortSignal | undefined, place: string): void {
  if (signal?.aborted === true) throw new FlowzooError('E_ABORTED', 'sampling was aborted', { at: place });
}

/** The error of an option that cannot have its value. */
export function impossible(name: string, value: unknown, expected: string): FlowzooError {
  const found = typeof value === 'string' ? `"${value}"` : typeof value === 'object' ? 'an object' : String(value);
  return new FlowzooError('E_OPTION', 'the option cannot have this value', { at: name, expected, found });
}
