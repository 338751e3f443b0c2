import { FlowzooError } from '../errors/flowzoo-error.ts';

/** Bytes that a single variable may take: no backend holds more in one piece, and training takes four times as much. */
const MOST_BYTES = 2 ** 31;

/**
 * Refuses a variable that no backend could hold, before anything of its size is made.
 *
 * @param shape The variable's shape, of float32 numbers.
 * @param site The layer, as a path in the spec.
 * @throws E_OUT_OF_MEMORY for more than 2 GiB
 * @example
 * assertVariableSize([inputs, outputs], { at: path });
 */
export function assertVariableSize(shape: readonly number[], site: { readonly at?: string | undefined }): void {
  const bytes = 4 * shape.reduce((product, length) => product * length, 1);
  if (bytes <= MOST_BYTES) return;
  throw new FlowzooError('E_OUT_OF_MEMORY', 'a variable of this layer is too large for memory', {
    at: site.at,
    expected: 'at most 2 GiB',
    found: `${Number((bytes / 2 ** 30).toPrecision(3))} GiB for [${shape.join(', ')}]`,
    remedy: 'Make the layer narrower (see its widths, such as "hidden" or "features", in the spec)',
  });
}
