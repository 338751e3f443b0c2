import { FlowzooError, formatShape, type Shape } from '@flowzoo/core';

/**
 * Shapes of the scales of a Glow: what arrives at each, before its squeeze.
 *
 * @throws E_SPEC_SHAPE naming the level that cannot be squeezed and the sizes that work
 */
export function levelShapes(dataShape: Shape, options: { readonly levels: number; readonly place: string }): Shape[] {
  const { levels, place } = options;
  if (dataShape.length !== 3 || dataShape.some((length) => length < 1)) {
    throw new FlowzooError('E_SPEC_SHAPE', 'an example of a Glow is an image', {
      at: place,
      expected: '[height, width, channels]',
      found: formatShape(dataShape),
      remedy: 'Give grey images one channel; for vectors use "glow-step"',
    });
  }
  const shapes: Shape[] = [];
  let [height, width, channels] = dataShape as [number, number, number];
  for (let level = 0; level < levels; level++) {
    if (height % 2 !== 0 || width % 2 !== 0) throw oddSize(dataShape, { level, levels, place });
    shapes.push([height, width, channels]);
    // A squeeze makes four channels of one, and half of them leave.
    [height, width, channels] = [height / 2, width / 2, channels * 2];
  }
  return shapes;
}

function oddSize(
  dataShape: Shape,
  { level, levels, place }: { readonly level: number; readonly levels: number; readonly place: string },
): FlowzooError {
  const [height, width, channels] = dataShape as [number, number, number];
  const unit = 2 ** levels;
  const next = (length: number): number => Math.ceil(length / unit) * unit;
  const arrived = formatShape([height / 2 ** level, width / 2 ** level, channels * 2 ** level]);
  const fewer = level > 0 ? `, or take "levels": ${level}` : '';
  return new FlowzooError('E_SPEC_SHAPE', `level ${level} cannot be squeezed: ${arrived} arrives there`, {
    at: place,
    expected: `height and width that are multiples of ${unit} for ${levels} levels`,
    found: formatShape(dataShape),
    remedy: `Pad the images to ${formatShape([next(height), next(width), channels])}${fewer}`,
  });
}
