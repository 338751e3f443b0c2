import {
  ATAN,
  BOUND,
  CEILING,
  FLOOR,
  FORMULA,
  GAIN,
  GATE,
  HIGH,
  LOW,
  MAP,
  OFFSET,
  SCALED,
  SCALE_SHIFT,
  SHIFT_GAIN,
  SHIFT_SCALE,
  SOFT_CLIP,
  SQUASH,
  STEEPNESS,
  TANH,
  UNSCALE_UNSHIFT,
  UNSHIFT_UNSCALE,
  type AffineSettings,
} from './scalar-map.ts';

/** The constant of the squash `atan-amplitude`. */
const ATAN_GAIN = 0.636;

/** Value and log-derivative of an affine transformer at v, into `result`. */
export function mapAffine(
  settings: AffineSettings,
  v: number,
  parameters: { readonly shift: number; readonly scale: number },
  result: Float64Array,
): void {
  const t = parameters.shift * settings[SHIFT_GAIN]!;
  const raw = parameters.scale;
  const logs = settings[SCALED] === 0 ? 0 : logScaleOf(settings, raw);
  switch (settings[FORMULA]) {
    case SCALE_SHIFT:
      result[0] = v * Math.exp(logs) + t;
      break;
    case SHIFT_SCALE:
      result[0] = (v + t) * Math.exp(logs);
      break;
    case UNSHIFT_UNSCALE:
      result[0] = (v - t) * Math.exp(-logs);
      break;
    case UNSCALE_UNSHIFT:
      result[0] = v * Math.exp(-logs) - t;
      break;
    case GATE: {
      const open = Math.exp(logs);
      result[0] = open * v + Math.exp(-softplus(raw + settings[OFFSET]!)) * t;
      break;
    }
    default:
      // (1 − g)/g is e^(−raw), which does not cancel where g is near 1.
      result[0] = v * Math.exp(-logs) - Math.exp(-raw - settings[OFFSET]!) * t;
  }
  const formula = settings[FORMULA]!;
  const multiplies = formula === SCALE_SHIFT || formula === SHIFT_SCALE || formula === GATE;
  result[1] = multiplies ? logs : -logs;
}

/** log s of a raw parameter. */
function logScaleOf(settings: AffineSettings, raw: number): number {
  const bound = settings[BOUND]!;
  let r = raw * settings[GAIN]! + settings[OFFSET]!;
  if (settings[SQUASH] === TANH) r = bound * Math.tanh(r * settings[STEEPNESS]!);
  else if (settings[SQUASH] === SOFT_CLIP) r /= 1 + Math.abs(r / bound);
  else if (settings[SQUASH] === ATAN) r = bound * ATAN_GAIN * Math.atan(r);
  // Comparisons that keep NaN.
  if (r < settings[LOW]!) r = settings[LOW]!;
  if (r > settings[HIGH]!) r = settings[HIGH]!;
  const map = settings[MAP];
  const [floor, ceiling] = [settings[FLOOR]!, settings[CEILING]!];
  if (floor === 0) {
    const logs = map === 0 ? r : map === 1 ? -softplus(-r) : Math.log(softplus(r));
    return Math.min(logs, Math.log(ceiling));
  }
  const scale = map === 0 ? Math.exp(r) : map === 1 ? 1 / (1 + Math.exp(-r)) : softplus(r);
  return Math.log(Math.min(scale + floor, ceiling));
}

function softplus(r: number): number {
  return Math.max(r, 0) + Math.log1p(Math.exp(-Math.abs(r)));
}
