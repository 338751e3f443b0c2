import { exponential } from '../spline/exponential.ts';
import { LOG_ROOT_TWO_PI, logNormalCdf, millsRatio, normalTailQuantile } from './normal-tail.ts';

/** The distribution of which the components of a mixture are shifted and scaled copies: symmetric, of scale 1, float64. */
export interface ComponentFamily {
  /** Standard deviation. */
  readonly deviation: number;
  /** Writes F(u), 1 − F(u) and f(u), none of them by cancellation. */
  measure(u: number, into: Float64Array): void;
  /** log F(u); that of the survival function is at −u. */
  logCdf(u: number): number;
  /** log f(u). */
  logDensity(u: number): number;
  /** d log f/du. */
  score(u: number): number;
  /** F⁻¹ from log F and log(1 − F), whichever says more. */
  quantile(logCdf: number, logSurvival: number): number;
}

/** f(u) = e⁻ᵘ/(1 + e⁻ᵘ)². */
export const logisticFamily: ComponentFamily = {
  deviation: Math.PI / Math.sqrt(3),
  measure(u, into) {
    const e = exponential(-Math.abs(u));
    const large = 1 / (1 + e);
    const small = e * large;
    into[0] = u > 0 ? large : small;
    into[1] = u > 0 ? small : large;
    into[2] = large * small;
  },
  logCdf: (u) => Math.min(u, 0) - Math.log1p(Math.exp(-Math.abs(u))),
  logDensity: (u) => -Math.abs(u) - 2 * Math.log1p(Math.exp(-Math.abs(u))),
  score(u) {
    const e = exponential(-Math.abs(u));
    const size = (1 - e) / (1 + e);
    return u > 0 ? -size : size;
  },
  quantile: (logCdf, logSurvival) => logCdf - logSurvival,
};

/** f(u) = exp(−u²/2)/√(2π). */
export const normalFamily: ComponentFamily = {
  deviation: 1,
  measure(u, into) {
    const a = Math.abs(u);
    const density = exponential(-0.5 * a * a - LOG_ROOT_TWO_PI);
    const tail = density * millsRatio(a);
    into[0] = u > 0 ? 1 - tail : tail;
    into[1] = u > 0 ? tail : 1 - tail;
    into[2] = density;
  },
  logCdf: logNormalCdf,
  logDensity: (u) => -0.5 * u * u - LOG_ROOT_TWO_PI,
  score: (u) => -u,
  quantile: (logCdf, logSurvival) =>
    logCdf < logSurvival ? -normalTailQuantile(logCdf) : normalTailQuantile(logSurvival),
};
