import { FlowzooError, formatShape, sizeOf, type JsonSchema, type Shape } from '@flowzoo/core';
import { AxisPartition } from './axis-partition.ts';
import type { Partition } from './partition.ts';
import { SpatialPartition } from './spatial-partition.ts';

/** The masks that have a name. */
export type MaskName = 'alternating' | 'halves' | 'channel' | 'checkerboard';

/** A mask by name, or by the indices (on the last axis) of what stays as it is. */
export type MaskOption = MaskName | { readonly identity: readonly number[] };

/** What a mask is made from. */
export interface MaskOptions {
  readonly mask: MaskOption;
  /** 1 exchanges what stays and what changes. */
  readonly parity: 0 | 1;
}

/**
 * Divides an event into what a coupling keeps and what it changes.
 *
 * On the last axis of length n: `alternating` keeps 0, 2, 4, … (Dinh et al. 2015, NICE), `halves` and `channel` keep the
 * first ⌊n/2⌋ (Dinh et al. 2017, section 3.4), a list keeps what it names. `checkerboard` keeps the pixels of an image
 * with even i + j, all channels; on vectors it is `alternating`. An event of one element keeps nothing: it is changed,
 * driven by biases and context.
 *
 * @throws E_SPEC_SHAPE when a named mask would keep everything or nothing, E_MASK when a list does or is wrong
 */
export function partitionOf(dataShape: Shape, options: MaskOptions, at: string): Partition {
  const { mask, parity } = options;
  const length = dataShape.at(-1);
  if (length === undefined) throw maskError('a coupling needs an axis to mask', dataShape, { at });
  if (sizeOf(dataShape) === 1) return new AxisPartition(dataShape, [], [0]);
  if (mask === 'checkerboard' && dataShape.length === 3) return checkerboard(dataShape, parity, at);
  if (mask === 'checkerboard' && dataShape.length !== 1) {
    throw maskError('a checkerboard is a mask of images and of vectors', dataShape, { at });
  }
  const named = namedIdentity(mask, length, at);
  const rest = Array.from({ length }, (_, index) => index).filter((index) => !named.includes(index));
  const [identity, transform] = parity === 0 ? [named, rest] : [rest, named];
  if (identity.length === 0 || transform.length === 0) {
    const what = identity.length === 0 ? 'changes everything and keeps nothing' : 'keeps everything';
    throw maskError(`the mask ${what}`, dataShape, { at, listed: typeof mask !== 'string' });
  }
  return new AxisPartition(dataShape, identity, transform);
}

function namedIdentity(mask: MaskOption, length: number, at: string): number[] {
  if (mask === 'halves' || mask === 'channel') return Array.from({ length: Math.floor(length / 2) }, (_, i) => i);
  if (typeof mask === 'string') return Array.from({ length: Math.ceil(length / 2) }, (_, i) => 2 * i);
  const wrong = mask.identity.find((index, i) => index >= length || mask.identity.indexOf(index) !== i);
  if (wrong !== undefined) {
    throw new FlowzooError('E_MASK', 'the list of the mask is wrong', {
      at,
      expected: `each index once, 0 to ${length - 1}`,
      found: String(wrong),
      remedy: 'List what stays, on the last axis',
    });
  }
  return [...mask.identity];
}

function checkerboard(dataShape: Shape, parity: 0 | 1, at: string): Partition {
  const [height, width] = [dataShape[0]!, dataShape[1]!];
  if (height * width === 1)
    throw maskError('a checkerboard of one pixel hides everything or nothing', dataShape, { at });
  const kept = Int32Array.from({ length: height * width }, (_, pixel) => {
    const [i, j] = [Math.floor(pixel / width), pixel % width];
    return (i + j) % 2 === parity ? 1 : 0;
  });
  return new SpatialPartition(dataShape, kept);
}

/** A list that hides everything or nothing is a wrong list; a named mask then meets a shape it cannot divide. */
function maskError(
  summary: string,
  dataShape: Shape,
  options: { readonly at: string; readonly listed?: boolean },
): FlowzooError {
  return new FlowzooError(options.listed === true ? 'E_MASK' : 'E_SPEC_SHAPE', summary, {
    at: options.at,
    expected: 'something to keep and something to change',
    found: `an event of shape ${formatShape(dataShape)}`,
    remedy:
      dataShape.length === 3
        ? 'Use "checkerboard", or put a "squeeze" before a mask of channels'
        : 'Choose another mask, or a "reshape" before it',
  });
}

/** Schema of the options `mask` and `parity`. */
export const maskSchema: JsonSchema = {
  mask: {
    type: ['string', 'object'],
    pattern: '^(alternating|halves|channel|checkerboard)$',
    examples: ['alternating', 'halves', 'channel', 'checkerboard'],
    default: 'alternating',
    description:
      'What stays: on the last axis "alternating" 0, 2, 4, …, "halves" or "channel" the first half, { "identity": […] } a list; "checkerboard" pixels with even i + j.',
    properties: {
      identity: {
        type: 'array',
        items: { type: 'integer', minimum: 0 },
        description: 'Indices on the last axis that stay.',
      },
    },
    required: ['identity'],
    additionalProperties: false,
  },
  parity: { enum: [0, 1], default: 0, description: '1 exchanges what stays and what changes.' },
};
