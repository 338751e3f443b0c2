import type { Layer, Site } from './layer.ts';
import { sigmoid, softplus } from './scalar.ts';

/** x = f(z) for element i of the event. */
interface ScalarMap {
  forward(z: number, i: number): number;
  inverse(x: number, i: number): number;
  /** log|∂x/∂z| at z. */
  logSlope(z: number, i: number): number;
}

function elementwise({ dataShape }: Site, map: ScalarMap): Layer {
  return {
    latentShape: dataShape,
    forward(z) {
      return { value: z.map(map.forward), logDet: z.reduce((sum, each, i) => sum + map.logSlope(each, i), 0) };
    },
    inverse(x) {
      const z = x.map(map.inverse);
      return { value: z, logDet: z.reduce((sum, each, i) => sum - map.logSlope(each, i), 0) };
    },
  };
}

/** x = shift + factor · z; a list shorter than the event repeats along the last axis. */
export function elementwiseAffine(site: Site, factors: ArrayLike<number>, shifts: ArrayLike<number>): Layer {
  const of = (list: ArrayLike<number>, i: number): number => list[i % list.length]!;
  return elementwise(site, {
    forward: (z, i) => of(shifts, i) + of(factors, i) * z,
    inverse: (x, i) => (x - of(shifts, i)) / of(factors, i),
    logSlope: (_, i) => Math.log(Math.abs(of(factors, i))),
  });
}

/** s = α + c x, z = log s/(1 − s); c = 1 − 2α (Papamakarios et al. 2017) or 1 − α (Dinh et al. 2017, section 4.1). */
function logit({ alpha, form }: { readonly alpha: number; readonly form: string }, site: Site): Layer {
  const c = form === 'alpha+(1-2alpha)x' ? 1 - 2 * alpha : 1 - alpha;
  return elementwise(site, {
    forward: (z) => (sigmoid(z) - alpha) / c,
    inverse(x) {
      const s = alpha + c * x;
      return Math.log(s) - Math.log1p(-s);
    },
    logSlope: (z) => -softplus(z) - softplus(-z) - Math.log(c),
  });
}

function standardize(_: unknown, site: Site): Layer {
  if (site.weights.get('initialized')[0] !== 1) throw new Error('a standardize that has seen no data');
  return elementwiseAffine(site, site.weights.get('scale'), site.weights.get('mean'));
}

function scale({ trainable }: { readonly trainable: boolean }, site: Site): Layer {
  const { weights } = site;
  if (!trainable) return elementwiseAffine(site, weights.get('scale'), [0]);
  const sign = weights.get('sign');
  return elementwiseAffine(
    site,
    weights.get('logScale').map((log, i) => sign[i]! * Math.exp(log)),
    [0],
  );
}

/** NICE, section 3.3: z = exp(s) ⊙ x. */
function scaling(_: unknown, site: Site): Layer {
  return elementwiseAffine(
    site,
    site.weights.get('logScale').map((s) => Math.exp(-s)),
    [0],
  );
}

/** Real NVP, section 3.7, by running statistics: z = γ (x − m)/√(v + ε) + β. */
function batchNormalization(
  { epsilon, trainable }: { readonly epsilon: number; readonly trainable: boolean },
  site: Site,
): Layer {
  const { weights } = site;
  const mean = weights.get('mean');
  const logGain = trainable ? weights.get('logGain') : mean.map(() => 0);
  const shift = trainable ? weights.get('shift') : mean.map(() => 0);
  const factors = weights.get('variance').map((v, i) => Math.sqrt(v + epsilon) / Math.exp(logGain[i]!));
  return elementwiseAffine(
    site,
    factors,
    mean.map((m, i) => m - factors[i]! * shift[i]!),
  );
}

/** Readers of the layers that act on every element alone. */
export const elementwiseLayers = {
  logit,
  standardize,
  scale,
  scaling,
  'batch-normalization': batchNormalization,
  shift: (_: unknown, site: Site) => elementwiseAffine(site, [1], site.weights.get('shift')),
  exp: (_: unknown, site: Site) => elementwise(site, { forward: Math.exp, inverse: Math.log, logSlope: (z) => z }),
  sigmoid: (_: unknown, site: Site) =>
    elementwise(site, {
      forward: sigmoid,
      inverse: (x) => Math.log(x) - Math.log1p(-x),
      logSlope: (z) => -softplus(z) - softplus(-z),
    }),
  tanh: (_: unknown, site: Site) =>
    elementwise(site, {
      forward: Math.tanh,
      inverse: Math.atanh,
      // 1/cosh² z = 4 σ(2z) σ(−2z)
      logSlope: (z) => Math.log(4) - softplus(2 * z) - softplus(-2 * z),
    }),
  softplus: (_: unknown, site: Site) =>
    elementwise(site, {
      forward: softplus,
      inverse: (x) => Math.log(Math.expm1(x)),
      logSlope: (z) => -softplus(-z),
    }),
};
