import { FlowzooError, type StateValues } from '@flowzoo/core';
import { restoredDependence, type Dependence } from '../orders/dependence.ts';
import { assertPermutation, shortened, type OrderOption } from '../orders/order-option.ts';

/**
 * The dependence that loaded weights were trained with. What the configuration states must be theirs; what it left to the
 * seed is taken from them.
 *
 * @throws E_MASK when the weights belong to another order or graph, E_OPTION when what is saved is no order
 */
export function loadedDependence(
  values: ReadonlyMap<string, StateValues>,
  present: Dependence,
  site: { readonly order: OrderOption; readonly at: string },
): Dependence {
  const { name, values: own } = present.saved;
  const stored = values.get(name);
  if (stored === undefined) return present;
  if (site.order === 'random') {
    assertPermutation(stored, present.size, site.at);
  } else if (stored.some((entry, index) => entry !== own[index])) {
    throw new FlowzooError('E_MASK', `the weights were trained with another ${name === 'order' ? 'order' : 'graph'}`, {
      at: site.at,
      expected: shortened(Array.from(own)),
      found: shortened(Array.from(stored)),
      remedy: 'Set "order" in the spec to what the weights were trained with',
    });
  }
  return restoredDependence(stored, present);
}

/**
 * The degrees of a hidden layer as loaded weights have them: other programs assign them by other rules.
 *
 * @throws E_MASK for a degree that no feature has
 */
export function loadedDegrees(stored: StateValues, { classes }: Dependence, site: { readonly at: string }): Int32Array {
  const wrong = stored.find((degree) => degree < 0 || degree >= classes);
  if (wrong === undefined) return Int32Array.from(stored);
  throw new FlowzooError('E_MASK', 'the saved degrees do not fit the features', {
    at: site.at,
    expected: `0 to ${classes - 1}`,
    found: String(wrong),
  });
}
