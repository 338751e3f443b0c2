import { readActivation, type ActivationConfig } from './activation.ts';
import { readConditioner } from './conditioner.ts';
import { perChannel, readFilter, slide, type Grid } from './convolution.ts';
import { linear, type VectorMap } from './dense.ts';
import { lookUp, type Config } from './layer.ts';
import type { Weights } from './weights.ts';

interface GlowNetworkConfig extends ActivationConfig {
  readonly hidden: number;
  readonly kernels: readonly number[];
  readonly padding: string;
  readonly normalization: 'actnorm' | 'none';
  readonly logFactor: number;
}

interface ZeroConvolutionConfig {
  readonly kernel: number;
  readonly padding: string;
  readonly logFactor: number;
  readonly unusedInputs: number;
}

/** Where a network stands: its arrays and its images; a vector is an image of one pixel, on which every side is 1. */
export interface NetworkSite {
  readonly weights: Weights;
  readonly grid: Grid;
  readonly isVector: boolean;
}

/** Convolutions with (h + shift) exp(k r) after each hidden one (Kingma & Dhariwal 2018, section 3.3). */
function glowNetwork(config: GlowNetworkConfig, { weights, grid, isVector }: NetworkSite): VectorMap {
  const activation = readActivation(config);
  const normalized = config.normalization === 'actnorm';
  if (normalized) weights.get('initialized');
  const kernels = config.kernels.map((kernel) => (isVector ? 1 : kernel));
  const context = weights.has('context') ? linear(weights.get('context')) : undefined;
  const layers = kernels.slice(0, -1).map((kernel, i) => {
    const own = weights.under(`hidden.${i}`);
    const between = { ...grid, inputs: i === 0 ? grid.inputs : config.hidden, outputs: config.hidden };
    const taps = readFilter({ kernel, padding: config.padding }, own.under('convolution'), between);
    const shift = own.get('shift');
    const logScale = normalized ? own.get('logScale') : shift.map(() => 0);
    const k = config.logFactor === 0 ? 1 : config.logFactor;
    return (h: Float64Array, given: Float64Array | undefined): Float64Array => {
      const offset = i === 0 && context && given ? context(given) : undefined;
      return perChannel(
        slide(h, taps, between),
        (value, c) => activation((value + shift[c]!) * Math.exp(k * logScale[c]!) + (offset?.[c] ?? 0)),
        config.hidden,
      );
    };
  });
  const last = zeroLayer(
    { kernel: kernels.at(-1)!, padding: config.padding, logFactor: config.logFactor },
    { weights: weights.under('last'), grid: { ...grid, inputs: config.hidden }, isVector },
  );
  return (image, given) => last(layers.reduce((h, layer) => layer(h, given), image));
}

/** (conv(x) + b + c W) exp(k s): the factor is that of the paper's code. */
function zeroLayer(
  { kernel, padding, logFactor }: Omit<ZeroConvolutionConfig, 'unusedInputs'>,
  { weights, grid }: NetworkSite,
): VectorMap {
  const taps = readFilter({ kernel, padding }, weights.under('convolution'), grid);
  const bias = weights.get('bias');
  const logScale = logFactor > 0 ? weights.get('logScale') : bias.map(() => 0);
  const context = weights.has('context') ? linear(weights.get('context')) : undefined;
  return (image, given) => {
    const offset = context && given ? context(given) : undefined;
    return perChannel(
      slide(image, taps, grid),
      (value, c) => (value + bias[c]! + (offset?.[c] ?? 0)) * Math.exp(logFactor * logScale[c]!),
      grid.outputs,
    );
  };
}

function zeroConvolution(config: ZeroConvolutionConfig, { weights, grid, isVector }: NetworkSite): VectorMap {
  if (config.unusedInputs > 0) weights.get('unused');
  const kernel = isVector ? 1 : config.kernel;
  return zeroLayer({ ...config, kernel }, { weights: weights.under('layer'), grid, isVector });
}

/** A network from image to numbers per pixel, in evaluation. */
export function readImageConditioner(config: Config, site: NetworkSite): VectorMap {
  const networks = {
    'glow-network': glowNetwork,
    'zero-convolution': zeroConvolution,
    mlp: (options: Config): VectorMap => readConditioner(options, site.weights),
    resnet: (options: Config): VectorMap => readConditioner(options, site.weights),
  };
  return lookUp<VectorMap>(networks, config, site);
}
