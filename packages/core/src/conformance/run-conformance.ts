import type { PartKind, Plugin } from '../registry/plugin.ts';
import { checksOf } from './checks.ts';
import type { ConformanceOptions } from './options.ts';

/** What one clause said about one type of part on one backend. */
export interface ClauseResult {
  readonly kind: PartKind;
  readonly type: string;
  readonly backend: string;
  /** Number of the clause: `4`, `13a`. */
  readonly clause: string;
  readonly title: string;
  /** `not-applicable`: the clause says nothing about any case of this part (context of an unconditional layer). */
  readonly status: 'passed' | 'failed' | 'not-applicable';
  /** Number of cases the clause applied to; 0 when it failed. */
  readonly cases: number;
  /** Why it failed. */
  readonly error?: Error;
}

/**
 * Runs the conformance suite without a test runner and collects what every clause says, failures included.
 *
 * @example
 * const results = await runConformance(rotation, { backends: ['cpu'] });
 * const failed = results.filter(({ status }) => status === 'failed');
 */
export async function runConformance(
  plugin: Plugin,
  options: ConformanceOptions & { readonly onResult?: (result: ClauseResult) => void } = {},
): Promise<ClauseResult[]> {
  const results: ClauseResult[] = [];
  for (const { run, ...check } of checksOf(plugin, options)) {
    let result: ClauseResult;
    try {
      const cases = await run();
      result = { ...check, status: cases === 0 ? 'not-applicable' : 'passed', cases };
    } catch (error) {
      result = {
        ...check,
        status: 'failed',
        cases: 0,
        error: error instanceof Error ? error : new Error(String(error)),
      };
    }
    results.push(result);
    options.onResult?.(result);
  }
  return results;
}
