// The elementary functions of the WebAssembly kernels (packages/kernels-wasm/assembly/elementwise) with the same bits:
// every operation is rounded to float32 as theirs are.
const { fround, sign } = Math;

const ROUNDER = 12_582_912;
const LOG2_E = fround(1.44269504);
const LN_2_HIGH = fround(-0.693359375);
const LN_2_LOW = fround(2.1219444e-4);
const C6 = fround(1.99442657e-4);
const C5 = fround(1.39335648e-3);
const C4 = fround(8.33320804e-3);
const C3 = fround(4.16664816e-2);
const C2 = fround(1.66666672e-1);

const LOWEST = -126;
/** 2ⁿ from n = −126 to 127. */
const POWERS = Float32Array.from({ length: 254 }, (_, i) => 2 ** (i + LOWEST));

/** n in x = n ln 2 + r. */
function wholePower(x: number): number {
  return fround(fround(fround(x * LOG2_E) + ROUNDER) - ROUNDER);
}

/** eʳ − 1 with r in x = n ln 2 + r. */
function expMinusOneOfRest(x: number, n: number): number {
  const r = fround(fround(n * LN_2_LOW) + fround(fround(n * LN_2_HIGH) + x));
  let p = fround(fround(C6 * r) + C5);
  p = fround(fround(p * r) + C4);
  p = fround(fround(p * r) + C3);
  p = fround(fround(p * r) + C2);
  p = fround(fround(p * r) + 0.5);
  return fround(fround(p * fround(r * r)) + r);
}

/** eˣ. */
export function exp(x: number): number {
  const clamped = x < -104 ? -104 : x > 89 ? 89 : x;
  const n = wholePower(clamped);
  const p = fround(expMinusOneOfRest(clamped, n) + 1);
  // In two steps: 2ⁿ itself may be no ordinary number.
  const half = n >> 1;
  return fround(fround(p * POWERS[half - LOWEST]!) * POWERS[n - half - LOWEST]!);
}

/** tanh x. */
export function tanh(x: number): number {
  const a = Math.abs(x) > 10 ? 10 : Math.abs(x);
  const twice = fround(a + a);
  const n = wholePower(twice);
  const scale = POWERS[n - LOWEST]!;
  const e = fround(fround(expMinusOneOfRest(twice, n) * scale) + fround(scale - 1));
  return sign(x) * fround(e / fround(e + 2));
}

/** 1 / (1 + e⁻ˣ). */
export function sigmoid(x: number): number {
  const e = exp(-Math.abs(x));
  return fround((x >= 0 ? 1 : e) / fround(1 + e));
}
