import { erf, sigmoid, softplus } from './scalar.ts';

/** The options that choose a nonlinearity. */
export interface ActivationConfig {
  readonly activation: string;
  readonly slope: number;
}

/** The nonlinearities by name; Φ in gelu is the normal distribution function. */
export function readActivation({ activation, slope }: ActivationConfig): (x: number) => number {
  const functions: Readonly<Record<string, (x: number) => number>> = {
    relu: (x) => Math.max(x, 0),
    elu: (x) => (x > 0 ? x : Math.expm1(x)),
    tanh: Math.tanh,
    silu: (x) => x * sigmoid(x),
    gelu: (x) => (x * (1 + erf(x / Math.SQRT2))) / 2,
    'leaky-relu': (x) => (x > 0 ? x : slope * x),
    sigmoid,
    softplus,
    linear: (x) => x,
  };
  const found = functions[activation];
  if (found === undefined) throw new Error(`the float64 reference does not know the activation "${activation}"`);
  return found;
}
