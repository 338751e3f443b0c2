const f = Math.fround;
const ROUNDER = 12_582_912;

const bits = new Int32Array(1);
const float = new Float32Array(bits.buffer);

/**
 * tanh a · σ(b), every step rounded to float32: the same bits as assembly/pixelcnn/activations.ts on every machine,
 * and within 3·10⁻⁷ of the exact value, relative to it.
 */
export function gate(a: number, b: number): number {
  const absolute = Math.abs(a);
  const twice = f(2 * (10 < absolute ? 10 : absolute));
  const whole = wholePower(twice);
  const scale = twoTo(whole);
  const grown = f(f(expMinusOneOfRest(twice, whole) * scale) + f(scale - 1));
  const distance = Math.abs(b);
  const falling = -(87 < distance ? 87 : distance);
  const power = wholePower(falling);
  const small = f(f(expMinusOneOfRest(falling, power) + 1) * twoTo(power));
  const value = f(f(grown * (b >= 0 ? 1 : small)) / f(f(grown + 2) * f(1 + small)));
  return a < 0 || Object.is(a, -0) ? -value : value;
}

/** n in x = n ln 2 + r, plus 1.5 · 2²³. */
function wholePower(x: number): number {
  return f(f(x * f(1.44269504)) + ROUNDER);
}

/** 2ⁿ. */
function twoTo(power: number): number {
  bits[0] = (power - ROUNDER + 127) << 23;
  return float[0]!;
}

/** eʳ − 1, |r| ≤ ln 2 / 2. */
function expMinusOneOfRest(x: number, power: number): number {
  const n = f(power - ROUNDER);
  let r = f(f(n * f(-0.693359375)) + x);
  r = f(f(n * f(2.1219444e-4)) + r);
  let p = f(1.99442657e-4);
  p = f(f(p * r) + f(1.39335648e-3));
  p = f(f(p * r) + f(8.33320804e-3));
  p = f(f(p * r) + f(4.16664816e-2));
  p = f(f(p * r) + f(1.66666672e-1));
  p = f(f(p * r) + 0.5);
  return f(f(p * f(r * r)) + r);
}
