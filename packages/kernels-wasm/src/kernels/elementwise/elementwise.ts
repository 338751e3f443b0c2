import { elementwiseModule } from '../../module/embedded/elementwise.ts';
import type { KernelGroup } from '../kernel-group.ts';
import { binary } from './binary.ts';
import { select } from './select.ts';
import { unary } from './unary.ts';

/**
 * Functions of single elements, where tfjs's own are slow or inexact.
 *
 * Largest error over all float32 arguments (every 911th of them, against float64; the larger of the builds with and without
 * relaxed SIMD), in units in the last place: exp 0.96, expm1 1.40, log 0.81, log1p 1.37, tanh 2.33, sigmoid 2.16, softplus
 * 2.48, erf 1.09, selu 1.68, sin and cos 1.51, rsqrt 1.48; sqrt, reciprocal and the arithmetic of two tensors are rounded
 * once (powers from float64), squared differences twice. Denormal results, ±0, overflows and NaN are those of IEEE arithmetic.
 */
export const elementwise: KernelGroup = {
  module: elementwiseModule,
  kernels: {
    Exp: unary('vectorExp'),
    Expm1: unary('vectorExpMinusOne'),
    Log: unary('vectorLog'),
    Log1p: unary('vectorLogOnePlus'),
    Tanh: unary('vectorTanh'),
    Sigmoid: unary('vectorSigmoid'),
    Softplus: unary('vectorSoftplus'),
    Erf: unary('vectorErf'),
    Selu: unary('vectorSelu'),
    Sin: unary('vectorSine'),
    Cos: unary('vectorCosine'),
    Sqrt: unary('vectorSquareRoot'),
    Rsqrt: unary('vectorInverseSquareRoot'),
    Reciprocal: unary('vectorReciprocal'),
    Sign: unary('vectorSign'),
    Add: binary('rowsAdd'),
    Sub: binary('rowsSubtract'),
    Multiply: binary('rowsMultiply'),
    RealDiv: binary('rowsDivide'),
    Maximum: binary('rowsMaximum'),
    Minimum: binary('rowsMinimum'),
    SquaredDifference: binary('rowsSquaredDifference'),
    Pow: binary('rowsPower'),
    Greater: binary('rowsGreater', { result: 'bool' }),
    GreaterEqual: binary('rowsGreaterEqual', { result: 'bool' }),
    Less: binary('rowsLess', { result: 'bool' }),
    LessEqual: binary('rowsLessEqual', { result: 'bool' }),
    Equal: binary('rowsEqual', { result: 'bool' }),
    NotEqual: binary('rowsNotEqual', { result: 'bool' }),
    Select: select,
  },
};
