import { expect, it } from 'vitest';
import { createRegistry, type PartConfig } from '../index.ts';
import { assertVariableSize } from './variable-size.ts';

it('refuses what no backend could hold, at once, and names the layer, its size and what to do', () => {
  const registry = createRegistry();
  const site = { inputShape: [3], outputShape: [6], path: 'layers[2].conditioner' };
  const start = performance.now();
  expect(() => registry.conditioner({ type: 'mlp', hidden: [1e9] } as PartConfig, site)).toThrow(
    /^layers\[2\]\.conditioner.*: a variable of this layer is too large for memory \(expected at most 2 GiB, got 11\.2 GiB for \[3, 1000000000\]\)\. Make the layer narrower/,
  );
  expect(performance.now() - start).toBeLessThan(2000);
});

it('lets 2 GiB pass, and nothing above', () => {
  expect(() => assertVariableSize([2 ** 15, 2 ** 14], { at: 'here' })).not.toThrow();
  expect(() => assertVariableSize([2 ** 15, 2 ** 14 + 1], { at: 'here' })).toThrow('here: a variable of this layer');
});
