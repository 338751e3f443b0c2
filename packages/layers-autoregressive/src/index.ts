export {
  muLawDecode,
  muLawEncode,
  normalizePeak,
  readWav,
  writeWav,
  type Recording,
  type WavFormat,
} from './audio/index.ts';
export { Gated, type GatedOptions } from './gated/gated.ts';
export { incrementalInverse } from './incremental/incremental-inverse.ts';
export type { MadeConfig } from './made/config.ts';
export type { DegreeRule } from './made/degrees.ts';
export { Made } from './made/made.ts';
export { MaskedDense, type MaskedDenseOptions } from './made/masked-dense.ts';
export { maskedLinear } from './made/masked-linear.ts';
export {
  parametersAt,
  sequentialDirection,
  type AutoregressiveMap,
} from './masked-autoregressive/autoregressive-map.ts';
export {
  MaskedAutoregressive,
  type MaskedAutoregressiveOptions,
} from './masked-autoregressive/masked-autoregressive.ts';
export { inverseByPasses, type SequentialInverse } from './masked-autoregressive/sequential-inverse.ts';
export { dependenceOfOrder, dependenceOfParents, type Dependence } from './orders/dependence.ts';
export type { OrderOption } from './orders/order-option.ts';
export {
  BernoulliHead,
  CategoricalHead,
  LogisticMixtureHead,
  type DiscreteHead,
  type ElementDraw,
  type HeadConfig,
  type LogisticMixtureOptions,
} from './heads/index.ts';
export {
  GatedPixelCnn,
  ImageModel,
  PixelCnn,
  type CachedKernel,
  type CompletionOptions,
  type CompletionResult,
  type GatedPixelCnnConfig,
  type ImageSampleOptions,
  type PixelCnnConfig,
  type SamplingMethod,
} from './pixelcnn/index.ts';
export { autoregressive } from './plugin.ts';
export { iafSpec, type IafOptions } from './specs/iaf-spec.ts';
export { LOG_PRECISION_HEAD, madeMogSpec, mafSpec, type MadeMogOptions, type MafOptions } from './specs/maf-spec.ts';
export { nsfAutoregressiveSpec, type NsfAutoregressiveOptions } from './specs/nsf-autoregressive-spec.ts';
export type { Layer, NetworkOptions, StackOptions } from './specs/stacked-spec.ts';
export {
  receptiveField,
  WaveNet,
  WaveNetFlow,
  type LocalConfig,
  type StreamOptions,
  type WaveNetConfig,
  type WaveNetFlowOptions,
  type WaveNetModelConfig,
  type WaveSampleOptions,
} from './wavenet/index.ts';
export {
  closedFormDivergence,
  distill,
  drawStudent,
  gaussianKl,
  powerLoss,
  powerSpectrum,
  sampledDivergence,
  type DistillOptions,
  type Divergence,
  type DivergenceOptions,
  type Gaussians,
  type SampledDivergenceOptions,
  type SpectrumOptions,
  type StudentDraw,
} from './distillation/index.ts';
