/** The activations that are applied in place; their numbers are those of src/kernels/products/activation.ts. */
const RELU: i32 = 1;
const RELU6: i32 = 2;
const LEAKY_RELU: i32 = 3;

/** y[i] ← activation(y[i]), i < count. NaN stays NaN. */
export function activate(y: usize, count: usize, activation: i32, alpha: f32): void {
  const zero = f32x4.splat(0);
  const most = f32x4.splat(activation == RELU6 ? 6 : Infinity);
  const slope = f32x4.splat(alpha);
  const whole = y + ((count >> 2) << 4);
  const end = y + (count << 2);
  if (activation == LEAKY_RELU) {
    for (; y < whole; y += 16) {
      const x = v128.load(y);
      v128.store(y, v128.bitselect(f32x4.mul(x, slope), x, f32x4.lt(x, zero)));
    }
    for (; y < end; y += 4) {
      const x = load<f32>(y);
      if (x < 0) store<f32>(y, x * alpha);
    }
  } else if (activation == RELU || activation == RELU6) {
    for (; y < whole; y += 16) v128.store(y, f32x4.min(f32x4.max(v128.load(y), zero), most));
    const limit: f32 = activation == RELU6 ? 6 : Infinity;
    for (; y < end; y += 4) store<f32>(y, min<f32>(max<f32>(load<f32>(y), 0), limit));
  }
}
