import { layoutModule } from '../../module/embedded/layout.ts';
import type { KernelGroup } from '../kernel-group.ts';
import { cast } from './cast.ts';
import { concat, pack } from './concat.ts';
import { gatherV2 } from './gather.ts';
import { identity } from './identity.ts';
import { pad } from './pad.ts';
import { reverse } from './reverse.ts';
import { unsortedSegmentSum } from './segment-sum.ts';
import { slice, splitV, unpack } from './slice.ts';
import { stridedSlice } from './strided-slice.ts';
import { tile } from './tile.ts';
import { transpose } from './transpose.ts';

/** Kernels that move values without computing with them, and the sum that is a gather's gradient. */
export const layout: KernelGroup = {
  module: layoutModule,
  kernels: {
    Cast: cast,
    Concat: concat,
    GatherV2: gatherV2,
    Identity: identity,
    Pack: pack,
    PadV2: pad,
    Reverse: reverse,
    Slice: slice,
    SplitV: splitV,
    StridedSlice: stridedSlice,
    Tile: tile,
    Transpose: transpose,
    Unpack: unpack,
    UnsortedSegmentSum: unsortedSegmentSum,
  },
};
