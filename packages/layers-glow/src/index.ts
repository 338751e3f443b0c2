export { ActNorm, type ActNormOptions } from './actnorm/actnorm.ts';
export { InvertibleConvolution, type InvertibleConvolutionOptions } from './convolution/invertible-convolution.ts';
export type { Diagonal } from './convolution/plu.ts';
export { Glow, type GlowLevel, type GlowOptions } from './glow/glow.ts';
export { VariationalDequantize, type VariationalDequantizeOptions } from './dequantization/variational-dequantize.ts';
export { glowCifar10Spec, glowSpec, type GlowSpecOptions } from './glow/glow-spec.ts';
export { inverseRecomputed } from './glow/recompute.ts';
export { StepStack, type StepStackOptions } from './glow/step-stack.ts';
export {
  alongDirection,
  attributeDirection,
  type AlongOptions,
  type AttributeOptions,
} from './latents/attribute-direction.ts';
export { encodeCentres } from './latents/encode-centres.ts';
export { interpolate, type InterpolateOptions } from './latents/interpolate.ts';
export { decodeLevels, encodeLevels } from './latents/levels-of.ts';
export { GlowNetwork, type GlowNetworkConfig } from './network/glow-network.ts';
export type { Padding } from './network/padding.ts';
export { ZeroConvolution, type ZeroConvolutionConfig } from './network/zero-convolution.ts';
export { glow } from './plugin.ts';
export { Split, SPLIT_SCALE, type Leaving, type SplitOptions } from './split/split.ts';
export { GlowStep, type GlowStepOptions } from './step/glow-step.ts';
