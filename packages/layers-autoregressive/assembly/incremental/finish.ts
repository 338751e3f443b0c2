import { erf } from '../../../kernels-wasm/assembly/elementwise/erf';
import { expMinusOne, tanh } from '../../../kernels-wasm/assembly/elementwise/exp-minus-one';
import { sigmoid, softplus } from '../../../kernels-wasm/assembly/elementwise/logistic';
import { loadPart, storePart } from '../../../kernels-wasm/assembly/shared/vector';

const RELU = 1;

/** row = a(row · gate + residual), copy = a(row), for `count` floats; 0 means that there is none. */
export function finish(
  row: usize,
  count: i32,
  gate: usize,
  residual: usize,
  copy: usize,
  activated: bool,
  activation: i32,
  slope: f32,
): void {
  if (activated && activation == RELU && (gate | residual | copy) == 0) {
    // The usual case, and one instruction of work: the questions below would take most of the time.
    for (; count >= 4; count -= 4, row += 16) v128.store(row, relu(v128.load(row)));
  }
  for (; count > 0; count -= 4, row += 16) {
    const part = min(count, 4);
    let y = read(row, part);
    if (gate != 0) {
      y = f32x4.mul(y, read(gate, part));
      gate += 16;
    }
    if (residual != 0) {
      y = f32x4.add(y, read(residual, part));
      residual += 16;
    }
    const a = activated || copy != 0 ? activate(y, activation, slope) : y;
    write(row, activated ? a : y, part);
    if (copy != 0) {
      write(copy, a, part);
      copy += 16;
    }
  }
}

@inline
function read(at: usize, part: i32): v128 {
  return part == 4 ? v128.load(at) : loadPart(at, part);
}

// Rows that follow hold sums of their own, so nothing beyond the end may be written.
@inline
function write(at: usize, v: v128, part: i32): void {
  if (part == 4) v128.store(at, v);
  else storePart(at, v, part);
}

/** NaN stays. */
@inline
function relu(x: v128): v128 {
  return f32x4.pmax(x, f32x4.splat(0));
}

/** The nonlinearities in the order of ACTIVATIONS. */
function activate(x: v128, activation: i32, slope: f32): v128 {
  const zero = f32x4.splat(0);
  const negative = f32x4.lt(x, zero);
  switch (activation) {
    case 0:
      return x;
    case RELU:
      return relu(x);
    case 2:
      return v128.bitselect(expMinusOne(x), x, negative);
    case 3:
      return tanh(x);
    case 4:
      return f32x4.mul(x, sigmoid(x));
    case 5: {
      const half = f32x4.mul(x, f32x4.splat(0.5));
      return f32x4.mul(half, f32x4.add(erf(f32x4.mul(x, f32x4.splat(0.70710678))), f32x4.splat(1)));
    }
    case 6:
      return v128.bitselect(f32x4.mul(x, f32x4.splat(slope)), x, negative);
    case 7:
      return sigmoid(x);
    default:
      return softplus(x);
  }
}
