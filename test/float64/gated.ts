import { sigmoid, softplus } from './scalar.ts';
import type { Transformer } from './transformer.ts';

/** g x + (1 − g) m with g = σ(raw + offset), parameters [m, raw] (Kingma et al. 2016). */
export function gated({
  direction,
  offset,
}: Pick<Transformer, 'direction'> & { readonly offset: number }): Transformer {
  const read = (parameters: Float64Array, i: number): { m: number; g: number; logGate: number } => {
    const raw = parameters[2 * i + 1]! + offset;
    return { m: parameters[2 * i]!, g: sigmoid(raw), logGate: -softplus(-raw) };
  };
  return {
    parameterCount: 2,
    direction,
    act: (x, parameters) => ({
      value: x.map((each, i) => {
        const { m, g } = read(parameters, i);
        return g * each + (1 - g) * m;
      }),
      logDerivative: x.map((_, i) => read(parameters, i).logGate),
    }),
    undo: (y, parameters) => ({
      value: y.map((each, i) => {
        const { m, g } = read(parameters, i);
        return (each - (1 - g) * m) / g;
      }),
      logDerivative: y.map((_, i) => -read(parameters, i).logGate),
    }),
  };
}
