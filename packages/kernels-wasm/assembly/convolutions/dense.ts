import { gemm, gemmSpace } from '../products/gemm';
import { gatherColumns, scatterColumns } from './columns';
import { Geometry, isProduct, placesOf, seenBy } from './geometry';

/** Bytes of columns at a time: they are read several times by the product and stay in the L2 cache meanwhile. */
const COLUMN_BYTES: i32 = 393216;
/** Fewer rows than this, and packing the other factor costs too much beside the product. */
const FEWEST_PLACES: i32 = 60;

/** Places whose columns are made at a time. */
function blockOf(g: Geometry): i32 {
  const fitting = COLUMN_BYTES / max(seenBy(g) << 2, 4);
  // Whole tiles of five rows.
  return min(max(fitting - (fitting % 5), FEWEST_PLACES), max(placesOf(g), 1));
}

@inline
function columnBytes(g: Geometry, block: i32): usize {
  return isProduct(g) ? 0 : ((<usize>block * <usize>seenBy(g) << 2) + 15) & ~15;
}

/** Bytes of working memory, at most, for any function of this file. */
export function denseSpace(g: Geometry): usize {
  const block = isProduct(g) ? placesOf(g) : blockOf(g);
  const seen = seenBy(g);
  const forward = gemmSpace(block, g.outChannels, seen);
  const filter = gemmSpace(seen, g.outChannels, block);
  const input = gemmSpace(block, seen, g.outChannels);
  return columnBytes(g, block) + max(forward, max(filter, input)) + 16;
}

/** y = x ∗ filter (+ bias, when its address is not 0). */
export function convolve(g: Geometry, x: usize, filter: usize, bias: usize, y: usize, space: usize): void {
  const places = placesOf(g);
  const seen = seenBy(g);
  const out = g.outChannels;
  if (isProduct(g)) return gemm(x, seen, 1, filter, out, 1, y, out, bias, 0, places, out, seen, space);
  const block = blockOf(g);
  const product = space + columnBytes(g, block);
  for (let first = 0; first < places; first += block) {
    const count = min(block, places - first);
    if (seen > 0) gatherColumns(g, x, space, first, count);
    const to = y + (<usize>first * <usize>out << 2);
    gemm(space, seen, 1, filter, out, 1, to, out, bias, 0, count, out, seen, product);
  }
}

/** Gradient with respect to the filter: what it saw, transposed, times the gradient of the output. */
export function filterGradient(g: Geometry, x: usize, dy: usize, gradient: usize, space: usize): void {
  const places = placesOf(g);
  const seen = seenBy(g);
  const out = g.outChannels;
  if (isProduct(g)) return gemm(x, 1, seen, dy, out, 1, gradient, out, 0, 0, seen, out, places, space);
  if (places == 0) {
    memory.fill(gradient, 0, (<usize>seen * <usize>out) << 2);
    return;
  }
  const block = blockOf(g);
  const product = space + columnBytes(g, block);
  for (let first = 0; first < places; first += block) {
    const count = min(block, places - first);
    gatherColumns(g, x, space, first, count);
    const from = dy + (<usize>first * <usize>out << 2);
    gemm(space, 1, seen, from, out, 1, gradient, out, first > 0 ? gradient : 0, out, seen, out, count, product);
  }
}

/** Gradient with respect to the input: the gradient of the output times the filter, transposed, added up on the pixels. */
export function inputGradient(g: Geometry, dy: usize, filter: usize, gradient: usize, space: usize): void {
  const places = placesOf(g);
  const seen = seenBy(g);
  const out = g.outChannels;
  if (isProduct(g)) return gemm(dy, out, 1, filter, 1, out, gradient, seen, 0, 0, places, seen, out, space);
  memory.fill(gradient, 0, (<usize>(g.batch * g.height) * <usize>(g.width * g.channels)) << 2);
  const block = blockOf(g);
  const product = space + columnBytes(g, block);
  for (let first = 0; first < places; first += block) {
    const count = min(block, places - first);
    const from = dy + (<usize>first * <usize>out << 2);
    gemm(from, out, 1, filter, 1, out, space, seen, 0, 0, count, seen, out, product);
    scatterColumns(g, space, gradient, first, count);
  }
}

/** The filter of the convolution that takes the gradient of the output to that of the input: turned, channels swapped. */
export function turnFilter(filter: usize, turned: usize, taps: i32, channels: i32, outChannels: i32): void {
  const tapBytes = (<usize>channels * <usize>outChannels) << 2;
  let from = filter + <usize>taps * tapBytes;
  do {
    from -= tapBytes;
    for (let o = 0; o < outChannels; o++) {
      let at = from + (<usize>o << 2);
      for (let c = 0; c < channels; c++) {
        store<f32>(turned, load<f32>(at));
        at += <usize>outChannels << 2;
        turned += 4;
      }
    }
  } while (--taps);
}
