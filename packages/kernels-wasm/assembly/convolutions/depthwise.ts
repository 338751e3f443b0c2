import { loadPart, multiplyAdd, storePart } from '../shared/vector';
import { Geometry } from './geometry';

// One channel of the output for each channel of the input.

/** y = x ∗ filter, each channel with its own filter (+ bias, when its address is not 0). */
export function depthwise(g: Geometry, x: usize, filter: usize, bias: usize, y: usize): void {
  const channels = g.channels;
  for (let b = 0; b < g.batch; b++) {
    for (let row = 0; row < g.outHeight; row++) {
      for (let column = 0; column < g.outWidth; column++) {
        const atRow = row * g.strideHeight - g.top;
        const atColumn = column * g.strideWidth - g.left;
        let c = 0;
        for (; c + 8 <= channels; c += 8) {
          const at = <usize>c << 2;
          eightAt(g, x + at, filter + at, bias == 0 ? 0 : bias + at, y + at, atRow, atColumn);
        }
        for (; c < channels; c += 4) {
          const at = <usize>c << 2;
          partAt(g, x + at, filter + at, bias == 0 ? 0 : bias + at, y + at, atRow, atColumn, min(channels - c, 4));
        }
        y += <usize>channels << 2;
      }
    }
    x += <usize>(g.height * g.width * channels) << 2;
  }
}

@inline
function loadSome(address: usize, count: i32): v128 {
  return count == 4 ? v128.load(address) : loadPart(address, count);
}

@inline
function storeSome(address: usize, v: v128, count: i32): void {
  if (count == 4) v128.store(address, v);
  else storePart(address, v, count);
}

function eightAt(g: Geometry, x: usize, filter: usize, bias: usize, y: usize, row: i32, column: i32): void {
  let sum0 = f32x4.splat(0);
  let sum1 = f32x4.splat(0);
  const pixelBytes = <usize>g.channels << 2;
  for (let i = 0; i < g.filterHeight; i++, row += g.dilationHeight) {
    if (<u32>row >= <u32>g.height) {
      filter += <usize>g.filterWidth * pixelBytes;
      continue;
    }
    let at = column;
    for (let j = 0; j < g.filterWidth; j++, at += g.dilationWidth, filter += pixelBytes) {
      if (<u32>at >= <u32>g.width) continue;
      const from = x + <usize>(row * g.width + at) * pixelBytes;
      sum0 = multiplyAdd(v128.load(from), v128.load(filter), sum0);
      sum1 = multiplyAdd(v128.load(from, 16), v128.load(filter, 16), sum1);
    }
  }
  if (bias != 0) {
    sum0 = f32x4.add(sum0, v128.load(bias));
    sum1 = f32x4.add(sum1, v128.load(bias, 16));
  }
  v128.store(y, sum0);
  v128.store(y, sum1, 16);
}

function partAt(
  g: Geometry, x: usize, filter: usize, bias: usize, y: usize, row: i32, column: i32, count: i32,
): void {
  let sum = f32x4.splat(0);
  const pixelBytes = <usize>g.channels << 2;
  for (let i = 0; i < g.filterHeight; i++, row += g.dilationHeight) {
    let at = column;
    for (let j = 0; j < g.filterWidth; j++, at += g.dilationWidth, filter += pixelBytes) {
      if (<u32>row >= <u32>g.height || <u32>at >= <u32>g.width) continue;
      const from = x + <usize>(row * g.width + at) * pixelBytes;
      sum = multiplyAdd(loadSome(from, count), loadSome(filter, count), sum);
    }
  }
  if (bias != 0) sum = f32x4.add(sum, loadSome(bias, count));
  storeSome(y, sum, count);
}

/** Gradient with respect to the input. */
export function depthwiseInput(g: Geometry, dy: usize, filter: usize, gradient: usize): void {
  const pixelBytes = <usize>g.channels << 2;
  const imageBytes = <usize>(g.height * g.width) * pixelBytes;
  memory.fill(gradient, 0, <usize>g.batch * imageBytes);
  for (let b = 0; b < g.batch; b++) {
    for (let row = 0; row < g.outHeight; row++) {
      for (let column = 0; column < g.outWidth; column++) {
        let tap = filter;
        let y = row * g.strideHeight - g.top;
        for (let i = 0; i < g.filterHeight; i++, y += g.dilationHeight) {
          let x = column * g.strideWidth - g.left;
          for (let j = 0; j < g.filterWidth; j++, x += g.dilationWidth, tap += pixelBytes) {
            if (<u32>y >= <u32>g.height || <u32>x >= <u32>g.width) continue;
            addProducts(dy, tap, gradient + <usize>(y * g.width + x) * pixelBytes, g.channels);
          }
        }
        dy += pixelBytes;
      }
    }
    gradient += imageBytes;
  }
}

/** to += a · b, element by element. */
@inline
function addProducts(a: usize, b: usize, to: usize, count: i32): void {
  const whole = <usize>(count & ~3) << 2;
  for (let at: usize = 0; at < whole; at += 16) {
    v128.store(to + at, multiplyAdd(v128.load(a + at), v128.load(b + at), v128.load(to + at)));
  }
  const rest = count & 3;
  if (rest == 0) return;
  storePart(to + whole, multiplyAdd(loadPart(a + whole, rest), loadPart(b + whole, rest), loadPart(to + whole, rest)), rest);
}

/** Gradient with respect to the filter, summed within a row of the image first, so that long sums stay exact. */
export function depthwiseFilter(g: Geometry, x: usize, dy: usize, gradient: usize): void {
  const pixelBytes = <usize>g.channels << 2;
  const imageBytes = <usize>(g.height * g.width) * pixelBytes;
  const rowBytes = <usize>g.outWidth * pixelBytes;
  memory.fill(gradient, 0, <usize>(g.filterHeight * g.filterWidth) * pixelBytes);
  for (let b = 0; b < g.batch; b++, x += imageBytes) {
    for (let row = 0; row < g.outHeight; row++, dy += rowBytes) {
      let tap = gradient;
      let y = row * g.strideHeight - g.top;
      for (let i = 0; i < g.filterHeight; i++, y += g.dilationHeight) {
        if (<u32>y < <u32>g.height) addRow(g, x + <usize>(y * g.width) * pixelBytes, dy, tap);
        tap += <usize>g.filterWidth * pixelBytes;
      }
    }
  }
}

/** Adds what one row of x and one of dy give to one row of the filter. */
function addRow(g: Geometry, x: usize, dy: usize, tap: usize): void {
  const channels = g.channels;
  const pixelBytes = <usize>channels << 2;
  const step = <usize>g.strideWidth * pixelBytes;
  let column = -g.left;
  for (let j = 0; j < g.filterWidth; j++, column += g.dilationWidth, tap += pixelBytes) {
    // The places from `first` to `last` see a pixel of the row with this tap.
    const first = column < 0 ? (g.strideWidth - 1 - column) / g.strideWidth : 0;
    const last = column < g.width ? min((g.width - 1 - column) / g.strideWidth, g.outWidth - 1) : -1;
    if (first > last) continue;
    const places = <usize>(last - first + 1);
    const from = x + <usize>(first * g.strideWidth + column) * pixelBytes;
    const upstream = dy + <usize>first * pixelBytes;
    let c = 0;
    for (; c + 8 <= channels; c += 8) {
      const at = <usize>c << 2;
      addEight(from + at, step, upstream + at, pixelBytes, tap + at, places);
    }
    for (; c < channels; c += 4) {
      const at = <usize>c << 2;
      addPart(from + at, step, upstream + at, pixelBytes, tap + at, places, min(channels - c, 4));
    }
  }
}

function addEight(x: usize, xStep: usize, dy: usize, dyStep: usize, to: usize, places: usize): void {
  let sum0 = f32x4.splat(0);
  let sum1 = f32x4.splat(0);
  const end = dy + places * dyStep;
  do {
    sum0 = multiplyAdd(v128.load(x), v128.load(dy), sum0);
    sum1 = multiplyAdd(v128.load(x, 16), v128.load(dy, 16), sum1);
    x += xStep;
    dy += dyStep;
  } while (dy != end);
  v128.store(to, f32x4.add(v128.load(to), sum0));
  v128.store(to, f32x4.add(v128.load(to, 16), sum1), 16);
}

function addPart(x: usize, xStep: usize, dy: usize, dyStep: usize, to: usize, places: usize, count: i32): void {
  let sum = f32x4.splat(0);
  const end = dy + places * dyStep;
  do {
    sum = multiplyAdd(loadSome(x, count), loadSome(dy, count), sum);
    x += xStep;
    dy += dyStep;
  } while (dy != end);
  storeSome(to, f32x4.add(loadSome(to, count), sum), count);
}

/** Each number of x `times` times, side by side. */
export function repeatEach(x: usize, y: usize, count: usize, times: i32): void {
  for (const end = x + (count << 2); x != end; x += 4) {
    const value = load<f32>(x);
    for (let n = 0; n < times; n++, y += 4) store<f32>(y, value);
  }
}

/** Sums of `times` numbers that lie side by side. */
export function sumEach(x: usize, y: usize, count: usize, times: i32): void {
  for (const end = y + (count << 2); y != end; y += 4) {
    let sum: f32 = 0;
    for (let n = 0; n < times; n++, x += 4) sum += load<f32>(x);
    store<f32>(y, sum);
  }
}
