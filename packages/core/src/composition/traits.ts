import type { Bijector, BijectorTraits, Method } from '../contracts/bijector.ts';

/**
 * The traits of layers run one after another: passes of the costliest layer, exact only when all are, a bound when one
 * is. `passes` is the maximum and not the sum: it answers "is this direction one pass, or one per feature?".
 */
export function combineTraits(layers: readonly Bijector[]): BijectorTraits {
  const traits = layers.map((layer) => layer.traits);
  const method = (direction: 'forward' | 'inverse'): Method =>
    traits.every((each) => each.method[direction] === 'exact') ? 'exact' : 'iterative';
  return {
    passes: {
      forward: Math.max(1, ...traits.map((each) => each.passes.forward)),
      inverse: Math.max(1, ...traits.map((each) => each.passes.inverse)),
    },
    method: { forward: method('forward'), inverse: method('inverse') },
    constantLogDet: traits.every((each) => each.constantLogDet),
    lowerBound: traits.some((each) => each.lowerBound),
    batchCoupled: traits.some((each) => each.batchCoupled),
    needsInitialization: traits.some((each) => each.needsInitialization),
  };
}
