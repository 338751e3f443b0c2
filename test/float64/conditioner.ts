import { readActivation, type ActivationConfig } from './activation.ts';
import { readDense, type VectorMap } from './dense.ts';
import { lookUp, type Config } from './layer.ts';
import type { Weights } from './weights.ts';

/** The options that scale and shift what a network puts out. */
export interface OutputConfig {
  readonly outputGain: number;
  readonly outputLogScale: number;
  readonly outputOffset: number | readonly number[];
}

type PerceptronConfig = ActivationConfig & OutputConfig & { readonly hidden: readonly number[] };

type ResidualConfig = ActivationConfig & OutputConfig & { readonly blocks: number; readonly preactivation: boolean };

/** h ← a(W h + b) for every hidden width, then an affine map. */
function mlp(config: PerceptronConfig, weights: Weights): VectorMap {
  const activation = readActivation(config);
  const layers = Array.from({ length: config.hidden.length + 1 }, (_, i) => readDense(weights.under(`layers.${i}`)));
  const last = layers.pop()!;
  return withOutput(config, weights, (input) => last(layers.reduce((h, layer) => layer(h).map(activation), input)));
}

/** Blocks h + W₂ a(W₁ a(h)) (Durkan et al. 2019, appendix B), or a(h + W₂ a(W₁ h)) behind a first nonlinearity. */
function resnet(config: ResidualConfig, weights: Weights): VectorMap {
  const activation = readActivation(config);
  const first = readDense(weights.under('first'));
  const last = readDense(weights.under('last'));
  const blocks = Array.from({ length: config.blocks }, (_, i) => ({
    first: readDense(weights.under(`blocks.${i}.first`)),
    second: readDense(weights.under(`blocks.${i}.second`)),
  }));
  return withOutput(config, weights, (input) => {
    let h = first(input);
    if (!config.preactivation) h = h.map(activation);
    for (const block of blocks) {
      const inner = block.second(block.first(config.preactivation ? h.map(activation) : h).map(activation));
      h = h.map((each, i) => each + inner[i]!);
      if (!config.preactivation) h = h.map(activation);
    }
    return last(h);
  });
}

/** y = gain · exp(k s) · h + offset (Kingma & Dhariwal 2018, section 3.3); lists repeat along the last axis. */
export function withOutput(config: OutputConfig, weights: Weights, network: VectorMap): VectorMap {
  const { outputGain: gain, outputLogScale: k, outputOffset } = config;
  const offsets = typeof outputOffset === 'number' ? [outputOffset] : outputOffset;
  const logScale = k > 0 ? weights.get('output.logScale') : [0];
  return (input, context) =>
    network(input, context).map(
      (h, i) => gain * Math.exp(k * logScale[i % logScale.length]!) * h + offsets[i % offsets.length]!,
    );
}

/** A network in evaluation, without a context. */
export function readConditioner(config: Config, weights: Weights): VectorMap {
  return lookUp({ mlp, resnet }, config, weights);
}
