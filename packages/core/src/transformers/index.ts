import type { TransformerDefinition } from '../registry/plugin.ts';
import { additiveDefinition } from './additive.ts';
import { affineDefinition } from './affine.ts';
import { mixtureOfGaussiansDefinition } from './mixture/mixture-of-gaussians.ts';
import { mixtureOfLogisticsDefinition } from './mixture/mixture-of-logistics.ts';
import { rationalQuadraticSplineDefinition } from './spline/rational-quadratic-spline.ts';

export { Additive, type AdditiveOptions } from './additive.ts';
export { Affine, type AffineForm, type AffineOptions } from './affine.ts';
export type { Direction } from './direction.ts';
export { MixtureOfGaussians } from './mixture/mixture-of-gaussians.ts';
export { MixtureOfLogistics } from './mixture/mixture-of-logistics.ts';
export type { LogScaleOptions, MixtureOptions, MixtureOutput } from './mixture/mixture-options.ts';
export type { ScaleMap, ScaleMapName, ScaleMapOptions } from './scale-map.ts';
export { RationalQuadraticSpline } from './spline/rational-quadratic-spline.ts';
export type {
  BinOptions,
  RationalQuadraticSplineOptions,
  SlopeOptions,
  SplineBoundary,
  SplineTails,
} from './spline/spline-options.ts';
export type { BoundedSquash, Squash } from './squash.ts';

/** The scalar bijections that conditioners drive, by their type ids. */
export const transformers: Readonly<Record<string, TransformerDefinition>> = {
  additive: additiveDefinition,
  affine: affineDefinition,
  'mixture-of-gaussians': mixtureOfGaussiansDefinition,
  'mixture-of-logistics': mixtureOfLogisticsDefinition,
  'rational-quadratic-spline': rationalQuadraticSplineDefinition,
};
