import { copyRun } from '../shared/copy';
import { Geometry, seenBy } from './geometry';

/**
 * Writes what the filter sees at the places first … first + count − 1 as rows of a matrix: row after row of the filter,
 * pixel after pixel, channel after channel; zeros outside of the image.
 */
export function gatherColumns(g: Geometry, x: usize, columns: usize, first: i32, count: i32): void {
  const places = g.outHeight * g.outWidth;
  const imageBytes = <usize>(g.height * g.width * g.channels) << 2;
  let image = x + <usize>(first / places) * imageBytes;
  let row = (first % places) / g.outWidth;
  let column = first % g.outWidth;
  do {
    columns = gatherPlace(g, image, columns, row * g.strideHeight - g.top, column * g.strideWidth - g.left);
    if (++column == g.outWidth) {
      column = 0;
      if (++row == g.outHeight) {
        row = 0;
        image += imageBytes;
      }
    }
  } while (--count);
}

/** What the filter sees with its corner at (y, x) of the image; gives the address behind it. */
function gatherPlace(g: Geometry, image: usize, to: usize, y: i32, x: i32): usize {
  const pixelBytes = <usize>g.channels << 2;
  const width = g.width;
  const filterWidth = g.filterWidth;
  const runBytes = <usize>filterWidth * pixelBytes;
  let i = g.filterHeight;
  do {
    if (<u32>y >= <u32>g.height) {
      clear(to, runBytes);
      to += runBytes;
    } else if (g.dilationWidth == 1) {
      // Side by side in the image: one run, less what is outside.
      const before = min(max(-x, 0), filterWidth);
      const inside = max(min(x + filterWidth, width) - max(x, 0), 0);
      const from = image + <usize>(y * width + x + before) * pixelBytes;
      const beforeBytes = <usize>before * pixelBytes;
      const insideBytes = <usize>inside * pixelBytes;
      clear(to, beforeBytes);
      copyRun(from, to + beforeBytes, insideBytes);
      clear(to + beforeBytes + insideBytes, runBytes - beforeBytes - insideBytes);
      to += runBytes;
    } else {
      let at = x;
      let j = filterWidth;
      do {
        if (<u32>at >= <u32>width) clear(to, pixelBytes);
        else copyRun(image + <usize>(y * width + at) * pixelBytes, to, pixelBytes);
        at += g.dilationWidth;
        to += pixelBytes;
      } while (--j);
    }
    y += g.dilationHeight;
  } while (--i);
  return to;
}

/** The other way: adds each row of the matrix to the pixels that the filter sees there. */
export function scatterColumns(g: Geometry, columns: usize, x: usize, first: i32, count: i32): void {
  const places = g.outHeight * g.outWidth;
  const imageBytes = <usize>(g.height * g.width * g.channels) << 2;
  const rowBytes = <usize>seenBy(g) << 2;
  let image = x + <usize>(first / places) * imageBytes;
  let row = (first % places) / g.outWidth;
  let column = first % g.outWidth;
  do {
    scatterPlace(g, columns, image, row * g.strideHeight - g.top, column * g.strideWidth - g.left);
    columns += rowBytes;
    if (++column == g.outWidth) {
      column = 0;
      if (++row == g.outHeight) {
        row = 0;
        image += imageBytes;
      }
    }
  } while (--count);
}

function scatterPlace(g: Geometry, from: usize, image: usize, y: i32, x: i32): void {
  const pixelBytes = <usize>g.channels << 2;
  let i = g.filterHeight;
  do {
    let at = x;
    let j = g.filterWidth;
    do {
      const inside = <u32>y < <u32>g.height && <u32>at < <u32>g.width;
      if (inside) addRun(from, image + <usize>(y * g.width + at) * pixelBytes, pixelBytes);
      from += pixelBytes;
      at += g.dilationWidth;
    } while (--j);
    y += g.dilationHeight;
  } while (--i);
}

@inline
function addRun(from: usize, to: usize, bytes: usize): void {
  let at: usize = 0;
  while (at + 16 <= bytes) {
    v128.store(to + at, f32x4.add(v128.load(to + at), v128.load(from + at)));
    at += 16;
  }
  while (at < bytes) {
    store<f32>(to + at, load<f32>(to + at) + load<f32>(from + at));
    at += 4;
  }
}

@inline
function clear(to: usize, bytes: usize): void {
  let at: usize = 0;
  while (at + 16 <= bytes) {
    v128.store(to + at, f32x4.splat(0));
    at += 16;
  }
  while (at < bytes) {
    store<f32>(to + at, 0);
    at += 4;
  }
}
