import type { Part } from '@flowzoo/core';
import { numbersOf } from './checks.ts';

/** An image of one example in float64, `[height][width][channel]`, flat and row-major. */
export interface Image64 {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly data: readonly number[];
}

/** A filter `[k, k, in, out]`, flat. */
interface Filter64 {
  readonly kernel: number;
  readonly outputs: number;
  readonly weight: readonly number[];
}

/** A convolution as the definition says it: the image inside its border, one tap after the other. */
function convolution64(
  image: Image64,
  { kernel, outputs, weight }: Filter64,
  border: (channel: number) => number,
): Image64 {
  const { height, width, channels, data } = image;
  const reach = (kernel - 1) / 2;
  const at = (i: number, j: number, c: number): number =>
    i < 0 || j < 0 || i >= height || j >= width ? border(c) : data[(i * width + j) * channels + c]!;
  const result: number[] = [];
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) {
      for (let o = 0; o < outputs; o++) {
        let sum = 0;
        for (let a = 0; a < kernel; a++) {
          for (let b = 0; b < kernel; b++) {
            for (let c = 0; c < channels; c++) {
              sum += at(i + a - reach, j + b - reach, c) * weight[((a * kernel + b) * channels + c) * outputs + o]!;
            }
          }
        }
        result.push(sum);
      }
    }
  }
  return { height, width, channels: outputs, data: result };
}

/** With one more channel that is 1 outside the image and 0 inside: filter `[k, k, in, out]` and edge `[k, k, 1, out]`. */
function edgeConvolution64(
  part: Part,
  image: Image64,
  { name, kernel, outputs }: { readonly name: string; readonly kernel: number; readonly outputs: number },
): Image64 {
  const { height, width, channels, data } = image;
  const plain = image.channels === 0 ? [] : numbersOf(part, `${name}weight`);
  const edge = kernel === 1 ? Array.from({ length: outputs }, () => 0) : numbersOf(part, `${name}edge`);
  const weight: number[] = [];
  for (let tap = 0; tap < kernel * kernel; tap++) {
    weight.push(...plain.slice(tap * channels * outputs, (tap + 1) * channels * outputs));
    weight.push(...edge.slice(tap * outputs, (tap + 1) * outputs));
  }
  const wider = Array.from({ length: height * width }, (_, pixel) => [
    ...data.slice(pixel * channels, (pixel + 1) * channels),
    0,
  ]).flat();
  return convolution64(
    { height, width, channels: channels + 1, data: wider },
    { kernel, outputs, weight },
    (channel) => (channel === channels ? 1 : 0),
  );
}

function perChannel(image: Image64, map: (value: number, channel: number) => number): Image64 {
  return { ...image, data: image.data.map((value, index) => map(value, index % image.channels)) };
}

/**
 * One step of Glow from data to latents, as the paper writes it: activation normalization, z = x W with W = P L U, and an
 * affine coupling of the second half with scale σ(r + 2), whose network has edge channels and tanh in place of relu.
 */
export function step64(part: Part, hidden: number): (image: Image64) => Image64 {
  const channelsOf = (name: string): number[] => numbersOf(part, name);
  return (image) => {
    const { channels } = image;
    const [shift, logs] = [channelsOf('actnorm.shift'), channelsOf('actnorm.logScale')];
    const normalized = perChannel(image, (x, c) => (x + shift[c]!) * Math.exp(3 * logs[c]!));
    const mixed = mix64(part, normalized);
    const kept = Math.floor(channels / 2);
    const changed = channels - kept;
    const pixels = image.height * image.width;
    const first = Array.from({ length: pixels }, (_, p) => mixed.data.slice(p * channels, p * channels + kept)).flat();
    let h: Image64 = { ...image, channels: kept, data: first };
    for (const [layer, kernel] of [
      [0, 3],
      [1, 1],
    ] as const) {
      const name = `coupling.conditioner.hidden.${layer}.`;
      const sums = edgeConvolution64(part, h, { name: `${name}convolution.`, kernel, outputs: hidden });
      const [b, s] = [channelsOf(`${name}shift`), channelsOf(`${name}logScale`)];
      h = perChannel(sums, (x, c) => Math.tanh((x + b[c]!) * Math.exp(3 * s[c]!)));
    }
    const last = 'coupling.conditioner.last.';
    const sums = edgeConvolution64(part, h, { name: `${last}convolution.`, kernel: 3, outputs: 2 * changed });
    const [bias, factor] = [channelsOf(`${last}bias`), channelsOf(`${last}logScale`)];
    const raw = perChannel(sums, (x, c) => (x + bias[c]!) * Math.exp(3 * factor[c]!));
    const data = mixed.data.map((x, index) => {
      const [pixel, channel] = [Math.floor(index / channels), index % channels];
      if (channel < kept) return x;
      const at = pixel * 2 * changed + 2 * (channel - kept);
      return (x + raw.data[at]!) / (1 + Math.exp(-raw.data[at + 1]! - 2));
    });
    return { ...image, data };
  };
}

/** z = x P L U with L and U read off the packed factors. */
function mix64(part: Part, image: Image64): Image64 {
  const n = image.channels;
  const [factors, order, sign] = ['factors', 'permutation', 'sign'].map((name) =>
    numbersOf(part, `convolution.${name}`),
  ) as [number[], number[], number[]];
  const lower = (i: number, j: number): number => (i === j ? 1 : i > j ? factors[i * n + j]! : 0);
  const upper = (i: number, j: number): number =>
    i === j ? sign[i]! * Math.exp(factors[i * n + i]!) : i < j ? factors[i * n + j]! : 0;
  const weight = Array.from({ length: n * n }, () => 0);
  order.forEach((row, i) => {
    for (let j = 0; j < n; j++) {
      for (let k = 0; k < n; k++) weight[row * n + j]! += lower(i, k) * upper(k, j);
    }
  });
  const data = image.data.map((_, index) => {
    const [start, j] = [index - (index % n), index % n];
    return weight.reduce((sum, _value, k) => (k < n ? sum + image.data[start + k]! * weight[k * n + j]! : sum), 0);
  });
  return { ...image, data };
}

/** log|det| of the Jacobian by central differences and an elimination, all in float64. */
export function logDet64(map: (image: Image64) => Image64, image: Image64): number {
  const step = 1e-5;
  const moved = (i: number, by: number): readonly number[] =>
    map({ ...image, data: image.data.map((value, j) => (j === i ? value + by : value)) }).data;
  const rows = image.data.map((_, i) => {
    const [above, below] = [moved(i, step), moved(i, -step)];
    return above.map((value, j) => (value - below[j]!) / (2 * step));
  });
  let total = 0;
  for (let k = 0; k < rows.length; k++) {
    let pivot = k;
    for (let i = k + 1; i < rows.length; i++) if (Math.abs(rows[i]![k]!) > Math.abs(rows[pivot]![k]!)) pivot = i;
    [rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!];
    total += Math.log(Math.abs(rows[k]![k]!));
    for (let i = k + 1; i < rows.length; i++) {
      const factor = rows[i]![k]! / rows[k]![k]!;
      for (let j = k; j < rows.length; j++) rows[i]![j]! -= factor * rows[k]![j]!;
    }
  }
  return total;
}
