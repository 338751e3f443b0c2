import { numbers } from './compiled.ts';

/** Operations of the programs, as `@flowzoo/layers-autoregressive` numbers them. */
const [END, START, GROUPS, SINGLES, FINISH, TRANSFORM] = [0, 1, 2, 3, 4, 5];

/** What the addon's function `incremental` takes, but for addresses. */
export interface SamplerProgram {
  readonly instructions: Int32Array;
  readonly weights: Float32Array;
  readonly rows: number;
  readonly logRow: number;
  readonly order: Int32Array;
  readonly contexts: readonly { readonly order: Int32Array; readonly row: number }[];
}

/** A transformer's settings in the order of the addon. */
export const settingsOf = (given: {
  readonly formula?: number;
  readonly scaled?: number;
  readonly squash?: number;
  readonly map?: number;
  readonly floor?: number;
  readonly ceiling?: number;
  readonly low?: number;
}): Float32Array => {
  const { formula = 2, scaled = 1, squash = 0, map = 0, floor = 0, ceiling = Infinity, low = -Infinity } = given;
  return Float32Array.of(formula, 0.7, scaled, 0.9, 0.2, squash, 1.5, 0.6, low, Infinity, map, floor, ceiling);
};

/**
 * A program of random instructions whose results are of order one: `size` features, each found from sums of some sources over
 * all rows before it.
 */
export function randomProgram(size: number, seed: number): SamplerProgram {
  let state = seed;
  const below = (count: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % count;
  };
  const words: number[] = [];
  const emit = (...given: number[]): void => void words.push(...given, ...Array<number>(8 - given.length).fill(0));
  const permuted = (count: number): Int32Array =>
    Int32Array.from({ length: count }, (_, i) => i).sort((a, b) => ((a * 7 + seed) % count) - ((b * 7 + seed) % count));
  const width = 3;
  const context = size;
  let row = size + width;
  let weights = 0;
  const take = (count: number): number => (weights += count) - count;
  for (let time = 0; time < size; time++) {
    const [groups, singles] = [below(6), 2 + below(3)];
    const count = 4 * groups + singles;
    // The rows before this time's: features found, hidden rows, the context.
    const source = time === 0 ? context : below(2) * context;
    const settled = source === 0 ? time : row - context;
    emit(START, row, count, below(3) === 0 ? -1 : take(count), below(4) === 0 && count <= width ? context : -1);
    if (groups > 0) emit(GROUPS, row, groups, source, settled, take(4 * groups * settled));
    emit(SINGLES, row + 4 * groups, singles, source, settled, take(singles * settled));
    const beside = row - size - width >= count ? size + width : -1;
    const copy = below(3) === 0 ? row + count : -1;
    emit(FINISH, row, count, below(2) === 0 ? beside : -1, below(2) === 0 ? beside : -1, copy, below(2));
    emit(TRANSFORM, time, row + count - 2, -1);
    row += copy < 0 ? count : 2 * count;
    if (below(4) === 0 || time === size - 1) emit(END);
  }
  const logRow = row;
  for (let i = 0; i < words.length; i += 8) if (words[i] === TRANSFORM) words[i + 3] = logRow + words[i + 1]!;
  return {
    instructions: Int32Array.from(words),
    weights: numbers(weights, seed + 1).map((x) => 0.2 * x),
    rows: row + size,
    logRow,
    order: permuted(size),
    contexts: [{ order: permuted(width), row: context }],
  };
}

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const ACTIVATIONS: readonly ((x: number) => number)[] = [
  (x) => x,
  (x) => Math.max(x, 0),
  (x) => (x < 0 ? Math.expm1(x) : x),
  Math.tanh,
  (x) => x * sigmoid(x),
  // Φ by a sum: exact enough for sums of order one.
  (x) => {
    let [term, sum] = [x, x];
    for (let n = 1; n < 200; n++) sum += term *= (x * x) / (2 * n + 1);
    return x * (0.5 + (sum * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI));
  },
  (x) => (x < 0 ? 0.3 * x : x),
  sigmoid,
  softplus,
];

/** The value and the log-derivative of an affine transformer in float64. */
function mapped(s: Float32Array, v: number, shift: number, raw: number): [number, number] {
  const [formula, shiftGain, scaled, gain, offset, squash, bound, steepness, low, high, map, floor, ceiling] = s;
  const t = shift * shiftGain!;
  if (scaled === 0) return [formula === 0 ? v + t : v - t, 0];
  let r = raw * gain! + offset!;
  if (squash === 2) r = bound! * Math.tanh(r * steepness!);
  else if (squash === 1) r /= 1 + Math.abs(r / bound!);
  r = Math.min(Math.max(r, low!), high!);
  const plain = map === 0 ? Math.exp(r) : map === 1 ? sigmoid(r) : softplus(r);
  const logs = Math.log(Math.min(plain + floor!, ceiling!));
  if (formula === 0) return [v * Math.exp(logs) + t, logs];
  if (formula === 1) return [(v + t) * Math.exp(logs), logs];
  if (formula === 4) return [sigmoid(raw + offset!) * v + sigmoid(-raw - offset!) * t, logs];
  if (formula === 2) return [(v - t) * Math.exp(-logs), -logs];
  if (formula === 3) return [v * Math.exp(-logs) - t, -logs];
  return [v * Math.exp(-logs) - Math.exp(-raw - offset!) * t, -logs];
}

/** Runs a program for one example in float64: the features, then their log-derivatives. */
export function runInFloat64(
  { instructions, weights, rows, logRow, order, contexts }: SamplerProgram,
  given: {
    readonly settings: Float32Array;
    readonly activation: number;
    readonly input: Float32Array;
    readonly context: Float32Array;
  },
): number[] {
  const state = new Float64Array(rows);
  const activate = ACTIVATIONS[given.activation]!;
  order.forEach((column, k) => (state[k] = given.input[column]!));
  for (const { order: columns, row } of contexts)
    columns.forEach((column, k) => (state[row + k] = given.context[column]!));
  for (let i = 0; i < instructions.length; i += 8) {
    const [operation, row, count, a, b, c, d] = instructions.subarray(i, i + 8) as unknown as number[] & { length: 8 };
    if (operation === TRANSFORM) {
      [state[row!], state[a!]] = mapped(given.settings, state[row!]!, state[count!]!, state[count! + 1]!);
      continue;
    }
    const each = operation === GROUPS ? 4 : 1;
    for (let r = 0; operation !== END && r < each * count!; r++) {
      const at = row! + r;
      if (operation === START) state[at] = (a! < 0 ? 0 : weights[a! + r]!) + (b! < 0 ? 0 : state[b! + r]!);
      else if (operation === FINISH) {
        const y = state[at]! * (a! < 0 ? 1 : state[a! + r]!) + (b! < 0 ? 0 : state[b! + r]!);
        state[at] = d === 0 ? y : activate(y);
        if (c! >= 0) state[c! + r] = activate(y);
      } else {
        for (let k = 0; k < b!; k++) {
          const place = operation === GROUPS ? (Math.floor(r / 4) * b! + k) * 4 + (r % 4) : r * b! + k;
          state[at]! += weights[c! + place]! * state[a! + k]!;
        }
      }
    }
  }
  const found = Array<number>(2 * order.length).fill(0);
  order.forEach((column, k) => {
    found[column] = state[k]!;
    found[order.length + column] = state[logRow + k]!;
  });
  return found;
}
