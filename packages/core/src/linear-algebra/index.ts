export { decomposeCholesky } from './cholesky.ts';
export { determinant, logAbsDeterminant } from './determinant.ts';
export { decomposeLu, type LuDecomposition } from './lu.ts';
export { identityMatrix, matrixOf, multiplyMatrices, transposeMatrix, type Matrix } from './matrix.ts';
export { decomposeQr, type QrDecomposition } from './qr.ts';
export { randomOrthogonal, type RandomOrthogonalOptions } from './random-orthogonal.ts';
export { invertMatrix, solveLinear } from './solve.ts';
export { solveTriangular, type TriangularOptions } from './triangular.ts';
