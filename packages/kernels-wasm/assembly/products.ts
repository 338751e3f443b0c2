export { gemm, gemmSpace } from './products/gemm';
