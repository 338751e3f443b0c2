import type { BijectorBuild } from '@flowzoo/core';

/** @throws E_SPEC_SHAPE for a scalar event */
export function assertChannels({ dataShape, shapeError }: BijectorBuild): void {
  if ((dataShape.at(-1) ?? 0) > 0) return;
  throw shapeError('there are no channels', {
    expected: '[height, width, channels] or [features]',
    found: `[${dataShape.join(', ')}]`,
  });
}
