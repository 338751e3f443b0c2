import type { ComponentFamily } from './component-family.ts';
import type { MixtureMeasure } from './mixture-measure.ts';

const MAX_ITERATIONS = 200;
const TOLERANCE = 1e-10;

/**
 * The x at which F⁻¹(C(x)) = t.
 *
 * C(x) is a mean of the F(u_k(x)), so t lies between the least and the greatest u_k(x), and x between the least and the
 * greatest μ_k + σ_k t: an exact bracket. Inside it Newton steps on the logarithm of the thinner tail, bisection where a
 * step would leave the bracket or does not halve the one before (Press et al., Numerical Recipes, section 9.4). NaN comes
 * out where NaN went in.
 */
export function mixtureRoot(measure: MixtureMeasure, family: ComponentFamily, t: number): number {
  const { locations, scales, probabilities, logs } = measure;
  let low = Infinity;
  let high = -Infinity;
  let x = 0;
  for (let k = 0; k < locations.length; k++) {
    const own = locations[k]! + scales[k]! * t;
    low = Math.min(low, own);
    high = Math.max(high, own);
    x += probabilities[k]! * own;
  }
  const tail = t < 0 ? 0 : 1;
  const sign = t < 0 ? 1 : -1;
  const target = family.logCdf(-Math.abs(t));
  let last = high - low;
  for (let i = 0; i < MAX_ITERATIONS && high - low > TOLERANCE * (1 + Math.abs(x)); i++) {
    measure.at(x);
    const residual = sign * (logs[tail]! - target);
    if (residual > 0) high = Math.min(high, x);
    else low = Math.max(low, x);
    let next = x - residual * Math.exp(logs[tail]! - logs[2]!);
    if (!(next >= low && next <= high && Math.abs(next - x) <= 0.5 * last)) next = low + 0.5 * (high - low);
    last = Math.abs(next - x);
    x = next;
    if (!(last > TOLERANCE * (1 + Math.abs(x)))) break;
  }
  return x;
}
