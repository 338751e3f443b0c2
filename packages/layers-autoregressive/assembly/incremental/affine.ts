import { exp } from '../../../kernels-wasm/assembly/elementwise/exp';
import { tanh } from '../../../kernels-wasm/assembly/elementwise/exp-minus-one';
import { log } from '../../../kernels-wasm/assembly/elementwise/logarithm';
import { sigmoid, softplus } from '../../../kernels-wasm/assembly/elementwise/logistic';
import { logScales, next, scaleAndShift } from './exponential-scale';

// Formulas, squashes and places of the settings: src/incremental/scalar-map.ts.
const SCALE_SHIFT: f32 = 0;
const SHIFT_SCALE: f32 = 1;
const UNSHIFT_UNSCALE: f32 = 2;
const UNSCALE_UNSHIFT: f32 = 3;
const GATE: f32 = 4;

/**
 * A feature of all panels: `value` is replaced, `logDerivative` written, `parameters` are the rows of the raw shift and
 * scale.
 */
@inline
export function mapAffine(
  lanes: i32,
  settings: usize,
  value: usize,
  parameters: usize,
  logDerivative: usize,
  panels: i32,
  panelBytes: usize,
): void {
  const scale = parameters + (<usize>lanes << 2);
  if (lanes == 1) mapFour(settings, value, parameters, scale, logDerivative, true);
  else mapVectors(settings, value, parameters, scale, logDerivative, lanes == 8 ? 2 * panels : 1, panelBytes);
}

/** The exponential scales, which nearly all flows have, by a way of their own. */
function mapVectors(
  settings: usize,
  value: usize,
  shift: usize,
  scale: usize,
  logDerivative: usize,
  vectors: i32,
  panelBytes: usize,
): void {
  const formula = load<f32>(settings);
  const scaled = load<f32>(settings, 8) != 0;
  const exponential = load<f32>(settings, 40) == 0 && load<f32>(settings, 44) == 0 && load<f32>(settings, 48) == Infinity;
  if (scaled && exponential && formula < GATE) {
    const ordinary = logScales(settings, scale, logDerivative, vectors, panelBytes);
    const inverse = formula == UNSHIFT_UNSCALE || formula == UNSCALE_UNSHIFT;
    const sign = i32x4.splat(inverse ? 0x80000000 : 0);
    const first = formula == SHIFT_SCALE || formula == UNSHIFT_UNSCALE;
    scaleAndShift(value, shift, logDerivative, setting(settings, 1), sign, first, ordinary, vectors, panelBytes);
    return;
  }
  for (let away: usize = 0; vectors > 0; vectors--) {
    mapFour(settings, value + away, shift + away, scale + away, logDerivative + away, false);
    away = next(away, panelBytes);
  }
}

/** Four examples of a feature, or one. */
function mapFour(settings: usize, value: usize, shift: usize, scale: usize, logDerivative: usize, one: bool): void {
  const formula = load<f32>(settings);
  const scaled = load<f32>(settings, 8) != 0;
  const v = one ? v128.load32_zero(value) : v128.load(value);
  const t = f32x4.mul(one ? v128.load32_zero(shift) : v128.load(shift), setting(settings, 1));
  let logs = f32x4.splat(0);
  let result: v128;
  if (!scaled) {
    result = formula == SCALE_SHIFT ? f32x4.add(v, t) : f32x4.sub(v, t);
  } else {
    const raw = one ? v128.load32_zero(scale) : v128.load(scale);
    logs = logScale(settings, raw);
    if (formula == SCALE_SHIFT) result = f32x4.add(f32x4.mul(v, exp(logs)), t);
    else if (formula == SHIFT_SCALE) result = f32x4.mul(f32x4.add(v, t), exp(logs));
    else if (formula == GATE) {
      const open = f32x4.add(raw, setting(settings, 4));
      result = f32x4.add(f32x4.mul(sigmoid(open), v), f32x4.mul(sigmoid(f32x4.neg(open)), t));
    } else {
      logs = f32x4.neg(logs);
      const reciprocal = exp(logs);
      if (formula == UNSHIFT_UNSCALE) result = f32x4.mul(f32x4.sub(v, t), reciprocal);
      else if (formula == UNSCALE_UNSHIFT) result = f32x4.sub(f32x4.mul(v, reciprocal), t);
      else {
        const shut = exp(f32x4.neg(f32x4.add(raw, setting(settings, 4))));
        result = f32x4.sub(f32x4.mul(v, reciprocal), f32x4.mul(shut, t));
      }
    }
  }
  if (one) {
    v128.store_lane<f32>(value, result, 0);
    v128.store_lane<f32>(logDerivative, logs, 0);
  } else {
    v128.store(value, result);
    v128.store(logDerivative, logs);
  }
}

@inline
function setting(settings: usize, place: i32): v128 {
  return v128.load32_splat(settings + (<usize>place << 2));
}

/** log s of raw parameters. */
@inline
function logScale(settings: usize, raw: v128): v128 {
  let r = f32x4.add(f32x4.mul(raw, setting(settings, 3)), setting(settings, 4));
  const squash = <i32>load<f32>(settings, 20);
  if (squash != 0) {
    const bound = setting(settings, 6);
    if (squash == 2) r = f32x4.mul(bound, tanh(f32x4.mul(r, setting(settings, 7))));
    else r = f32x4.div(r, f32x4.add(f32x4.splat(1), f32x4.abs(f32x4.div(r, bound))));
  }
  // In this order pmin and pmax keep NaN.
  r = f32x4.pmin(f32x4.pmax(r, setting(settings, 8)), setting(settings, 9));
  const map = <i32>load<f32>(settings, 40);
  const ceiling = setting(settings, 12);
  if (load<f32>(settings, 44) == 0) {
    if (map == 1) r = f32x4.neg(softplus(f32x4.neg(r)));
    else if (map == 2) r = log(softplus(r));
    return load<f32>(settings, 48) == Infinity ? r : f32x4.min(r, log(ceiling));
  }
  const scale = map == 0 ? exp(r) : map == 1 ? sigmoid(r) : softplus(r);
  return log(f32x4.min(f32x4.add(scale, setting(settings, 11)), ceiling));
}
