/** R of the closed formula by r, for two examples: stretch = R / r = (r + γ) / (r + α). */
@inline
export function stretchAt(r: v128, alpha: v128, gamma: v128): v128 {
  return f64x2.div(f64x2.add(r, gamma), f64x2.add(r, alpha));
}

/** dR/dr = (r² + 2αr + αγ) / (α + r)². */
@inline
export function slopeAt(r: v128, alpha: v128, gamma: v128): v128 {
  const sum = f64x2.add(r, alpha);
  const numerator = f64x2.add(f64x2.mul(r, f64x2.add(sum, alpha)), f64x2.mul(alpha, gamma));
  return f64x2.div(numerator, f64x2.mul(sum, sum));
}

/** The positive root of r² + (γ − R) r − αR = 0, by the form of the formula that does not cancel. */
export function innerRadius(outer: v128, alpha: v128, gamma: v128): v128 {
  const b = f64x2.sub(gamma, outer);
  const product = f64x2.mul(alpha, outer);
  const root = f64x2.sqrt(f64x2.add(f64x2.mul(b, b), f64x2.mul(f64x2.splat(4), product)));
  const rising = f64x2.gt(b, f64x2.splat(0));
  const whenRising = f64x2.div(f64x2.add(product, product), f64x2.add(b, root));
  return v128.bitselect(whenRising, f64x2.mul(f64x2.splat(0.5), f64x2.sub(root, b)), rising);
}
