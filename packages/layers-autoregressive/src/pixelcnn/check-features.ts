import { FlowzooError } from '@flowzoo/core';

/** Colour groups share features evenly. @throws E_OPTION naming the option */
export function checkFeatures(
  widths: Readonly<Record<string, number>>,
  { groups, at }: { readonly groups: number; readonly at: string },
): void {
  for (const [name, width] of Object.entries(widths)) {
    if (width % groups === 0) continue;
    throw new FlowzooError('E_OPTION', `"${name}" is shared among the channels`, {
      at,
      expected: `a multiple of ${groups}`,
      found: String(width),
    });
  }
}
