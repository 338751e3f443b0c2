import { storePart } from '../../../kernels-wasm/assembly/shared/vector';

// Step by step what src/pixelcnn/cached/gate.ts computes, with the same roundings.

/** target[o] = tanh(source[o]) · σ(source[o + width]), the second half beginning at a multiple of four. */
@inline
export function writeGate(target: usize, source: usize, width: i32): void {
  const second = source + (<usize>((width + 3) & ~3) << 2);
  let o = 0;
  for (; o + 4 <= width; o += 4) {
    const at = <usize>o << 2;
    v128.store(target + at, gate(v128.load(source + at), v128.load(second + at)));
  }
  if (o < width) {
    const at = <usize>o << 2;
    storePart(target + at, gate(v128.load(source + at), v128.load(second + at)), width - o);
  }
}

/** target[o] = max(source[o], 0). */
@inline
export function writeRelu(target: usize, source: usize, width: i32): void {
  const zero = f32x4.splat(0);
  let o = 0;
  for (; o + 4 <= width; o += 4) {
    const at = <usize>o << 2;
    v128.store(target + at, f32x4.max(v128.load(source + at), zero));
  }
  for (; o < width; o++) {
    const at = <usize>o << 2;
    store<f32>(target + at, max<f32>(load<f32>(source + at), 0));
  }
}

/** tanh a · σ(b) = ± E · n / ((E + 2) · (1 + e)) with E = e²|ᵃ| − 1, e = e⁻|ᵇ|, n = 1 where b ≥ 0 and e elsewhere. */
function gate(a: v128, b: v128): v128 {
  const one = f32x4.splat(1);
  const absolute = f32x4.pmin(f32x4.abs(a), f32x4.splat(10));
  const twice = f32x4.add(absolute, absolute);
  const whole = wholePower(twice);
  const scale = twoTo(whole);
  const grown = f32x4.add(f32x4.mul(expMinusOneOfRest(twice, whole), scale), f32x4.sub(scale, one));
  const falling = f32x4.neg(f32x4.pmin(f32x4.abs(b), f32x4.splat(87)));
  const power = wholePower(falling);
  const small = f32x4.mul(f32x4.add(expMinusOneOfRest(falling, power), one), twoTo(power));
  const open = v128.bitselect(one, small, f32x4.ge(b, f32x4.splat(0)));
  const value = f32x4.div(
    f32x4.mul(grown, open),
    f32x4.mul(f32x4.add(grown, f32x4.splat(2)), f32x4.add(one, small)),
  );
  return v128.bitselect(a, value, f32x4.splat(-0.0));
}

/** n in x = n ln 2 + r, in the low bits of a float near 1.5 · 2²³. */
@inline
function wholePower(x: v128): v128 {
  return f32x4.add(f32x4.mul(x, f32x4.splat(1.44269504)), f32x4.splat(12582912));
}

/** 2ⁿ. */
@inline
function twoTo(power: v128): v128 {
  return i32x4.add(i32x4.shl(power, 23), f32x4.splat(1));
}

/** eʳ − 1, |r| ≤ ln 2 / 2; ln 2 is subtracted in two parts, so that r keeps its digits. */
@inline
function expMinusOneOfRest(x: v128, power: v128): v128 {
  const n = f32x4.sub(power, f32x4.splat(12582912));
  let r = f32x4.add(f32x4.mul(n, f32x4.splat(-0.693359375)), x);
  r = f32x4.add(f32x4.mul(n, f32x4.splat(2.1219444e-4)), r);
  let p = f32x4.splat(1.99442657e-4);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.39335648e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.33320804e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.16664816e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.66666672e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.5));
  return f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r);
}
