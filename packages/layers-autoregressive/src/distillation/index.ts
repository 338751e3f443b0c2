export { distill, type DistillOptions, type DistillResult } from './distill.ts';
export { gaussianKl, type Gaussians } from './gaussian-kl.ts';
export { powerLoss, powerSpectrum, type SpectrumOptions } from './power-loss.ts';
export {
  closedFormDivergence,
  drawStudent,
  sampledDivergence,
  type Divergence,
  type DivergenceOptions,
  type SampledDivergenceOptions,
  type StudentDraw,
} from './step-divergence.ts';
