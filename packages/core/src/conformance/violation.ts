import { FlowzooError, type ErrorDetails } from '../errors/flowzoo-error.ts';

/** What a clause throws when a part breaks it: what was measured, what is allowed, and a hint. */
export function violation(summary: string, details: ErrorDetails = {}): FlowzooError {
  return new FlowzooError('E_CONFORMANCE', summary, details);
}

/** A number as messages print it. */
export function show(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5)
    ? value.toExponential(2)
    : String(Number(value.toPrecision(5)));
}
