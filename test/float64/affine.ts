import { readScaleMap, type ScaleMapConfig } from './scale-map.ts';
import type { Transformer } from './transformer.ts';
import type { Weights } from './weights.ts';

interface AdditiveConfig {
  readonly direction: 'inverse' | 'forward';
  readonly shiftGain: number;
}

interface AffineConfig extends AdditiveConfig {
  readonly order: 'scale-shift' | 'shift-scale';
  readonly scale: string | ScaleMapConfig;
}

/** x + t (Dinh et al. 2015, eq. 5). */
export function additive({ direction, shiftGain }: AdditiveConfig): Transformer {
  return {
    parameterCount: 1,
    direction,
    act: (x, t) => ({ value: x.map((each, i) => each + shiftGain * t[i]!), logDerivative: x.map(() => 0) }),
    undo: (y, t) => ({ value: y.map((each, i) => each - shiftGain * t[i]!), logDerivative: y.map(() => 0) }),
  };
}

/** x s + t (Dinh et al. 2017, eq. 7) or (x + t) s, parameters [t, s]. */
export function affine({ direction, shiftGain, order, scale }: AffineConfig, weights: Weights): Transformer {
  const scaleMap = readScaleMap(scale, weights);
  const read = (parameters: Float64Array, features: number): { t: Float64Array; logs: Float64Array } => ({
    t: parameters.filter((_, i) => i % 2 === 0).map((raw) => shiftGain * raw),
    logs: scaleMap(
      parameters.filter((_, i) => i % 2 === 1),
      features,
    ),
  });
  const before = order === 'shift-scale';
  return {
    parameterCount: 2,
    direction,
    act(x, parameters, features) {
      const { t, logs } = read(parameters, features);
      const value = x.map((each, i) => {
        const s = Math.exp(logs[i]!);
        return before ? (each + t[i]!) * s : each * s + t[i]!;
      });
      return { value, logDerivative: logs };
    },
    undo(y, parameters, features) {
      const { t, logs } = read(parameters, features);
      const value = y.map((each, i) => {
        const s = Math.exp(logs[i]!);
        return before ? each / s - t[i]! : (each - t[i]!) / s;
      });
      return { value, logDerivative: logs.map((log) => -log) };
    },
  };
}
