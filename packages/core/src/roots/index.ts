export { assertRoot, rootResidual, type RootCheck } from './assert-root.ts';
export { monotoneRoot, type DifferentiableEquation } from './monotone-root.ts';
export { ROOT_TOLERANCE, solveMonotone, type ElementwiseFunction, type MonotoneEquation } from './solve-monotone.ts';
