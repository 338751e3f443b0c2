import { expect } from 'vitest';

export function meanOf(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}

export function varianceOf(values: ArrayLike<number>): number {
  const mean = meanOf(values);
  return Array.from(values).reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}

/**
 * Whether z-scores over seeds look like standard normals. Their mean square has expectation 1 and deviation √(2/n), their
 * mean deviation 1/√n; both within four deviations, and the mean square not too small either: an error that is stated too
 * large fails as well.
 */
export function expectStandardNormal(scores: readonly number[]): void {
  const count = scores.length;
  expect(count).toBeGreaterThanOrEqual(20);
  expect(Math.abs(meanOf(scores)) * Math.sqrt(count)).toBeLessThan(4);
  const meanSquare = meanOf(scores.map((z) => z * z));
  expect(Math.abs(meanSquare - 1)).toBeLessThan(4 * Math.sqrt(2 / count));
  expect(meanSquare).toBeGreaterThan(0.2);
}

export const seeds: readonly number[] = Array.from({ length: 24 }, (_, i) => 100 + i);

/** What an asynchronous or synchronous call throws, as `code: message`. */
export async function faultOf(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return `${code}: ${message}`;
  }
  throw new Error('nothing was thrown');
}
