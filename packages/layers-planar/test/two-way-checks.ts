import type { Bijector } from '@flowzoo/core';
import { expect } from 'vitest';
import { logDet64, normalRows, type Map64 } from './float64.ts';

const ROWS = 6;

/**
 * Both directions of a layer whose closed direction is forward against the same map in float64: the value and the log-det
 * of the closed direction, and what the map makes of the solved latents.
 */
export function expectAgrees(layer: Bijector, map: Map64, options: { readonly logDet: boolean }): void {
  const size = layer.dataShape[0]!;
  const z = normalRows(ROWS, size);
  const there = layer.forward(z);
  const back = layer.inverse(there.value);
  const rows = z.arraySync();
  const images = there.value.arraySync() as number[][];
  const solved = back.value.arraySync() as number[][];
  const logDets = [there.logDet.dataSync(), back.logDet.dataSync()] as const;
  rows.forEach((row, n) => {
    const exact = map(row);
    // A map that stretches by L magnifies the rounding of its argument by L.
    const scale = stretch(map, row) * Math.max(1, ...exact.map(Math.abs), ...row.map(Math.abs));
    exact.forEach((value, i) => expect(Math.abs(images[n]![i]! - value)).toBeLessThan(3e-6 * scale));
    map(solved[n]!).forEach((value, i) => expect(Math.abs(value - images[n]![i]!)).toBeLessThan(3e-6 * scale));
    if (!options.logDet) return;
    const logDet = logDet64(map, row);
    expect(Math.abs(logDets[0][n]! - logDet)).toBeLessThan(2e-3 * Math.max(1, Math.abs(logDet)));
    const atSolved = logDet64(map, solved[n]!);
    expect(Math.abs(logDets[1][n]! + atSolved)).toBeLessThan(2e-3 * Math.max(1, Math.abs(atSolved)));
  });
  z.dispose();
  for (const tensor of [there.value, there.logDet, back.value, back.logDet]) tensor.dispose();
}

/** The largest factor by which the map stretches one of the axes here, at least 1. */
function stretch(map: Map64, x: readonly number[]): number {
  const at = map(x);
  const factors = x.map((_, i) => {
    const moved = map(x.map((each, j) => (j === i ? each + 1e-3 : each)));
    return moved.reduce((sum, value, j) => sum + Math.abs(value - at[j]!), 0) / 1e-3;
  });
  return Math.max(1, ...factors);
}
