export { activate } from './products/activation';
export { batchedProduct } from './products/batches';
export { gemm, gemmSpace } from './products/gemm';
