export { convolution, type ConvolutionOptions } from './convolution.ts';
export { dropout, type DropoutOptions } from './dropout.ts';
export { addBias, linear } from './linear.ts';
export { matMul, type MatMulOptions } from './mat-mul.ts';
export { runNamedKernel } from './named-kernel.ts';
export { stopGradient } from './stop-gradient.ts';
export { sumEvent } from './sum-event.ts';
export { permuteLast, takeLast } from './take-last.ts';
