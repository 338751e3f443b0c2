import type { ActivationConfig, ActivationName } from '@flowzoo/core';

/** The number of each nonlinearity, as the module has them. */
export const ACTIVATIONS: readonly ActivationName[] = [
  'linear',
  'relu',
  'elu',
  'tanh',
  'silu',
  'gelu',
  'leaky-relu',
  'sigmoid',
  'softplus',
];

/** The nonlinearity of one number. */
export function activationNumber({ activation, slope }: ActivationConfig): (x: number) => number {
  switch (activation) {
    case 'linear':
      return (x) => x;
    case 'relu':
      return (x) => (x < 0 ? 0 : x);
    case 'elu':
      return (x) => (x < 0 ? Math.expm1(x) : x);
    case 'tanh':
      return Math.tanh;
    case 'silu':
      return (x) => x * sigmoid(x);
    case 'gelu':
      return (x) => 0.5 * x * (1 + erf(x * Math.SQRT1_2));
    case 'leaky-relu':
      return (x) => (x < 0 ? slope * x : x);
    case 'sigmoid':
      return sigmoid;
    case 'softplus':
      return (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** The error function to float32: a power series near 0, a continued fraction of erfc beyond. */
function erf(x: number): number {
  const a = Math.abs(x);
  if (a < 2) {
    let [term, sum] = [a, a];
    for (let n = 1; Math.abs(term) > 1e-9 * sum; n++) {
      term *= (-a * a) / n;
      sum += term / (2 * n + 1);
    }
    return Math.sign(x) * sum * (2 / Math.sqrt(Math.PI));
  }
  let fraction = a;
  for (let k = 30; k > 0; k--) fraction = a + k / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-a * a) / (fraction * Math.sqrt(Math.PI)));
}
