import { addProduct, readDense, type VectorMap } from './dense.ts';
import type { Config } from './layer.ts';
import { sigmoid } from './scalar.ts';
import type { Weights } from './weights.ts';

/** The options of the network. */
export interface WaveNetConfig extends Config {
  readonly features: number;
  readonly skipFeatures: number | null;
  readonly kernel: number;
  readonly dilations: readonly number[];
  readonly stacks: number;
  readonly local: { readonly features: number; readonly hop: number } | null;
}

/** The parameters of the next step, from what was at the step before: silence, before the first. */
export type Walk = (before: Float64Array) => Float64Array;

/** Adds what a condition says to the sums of a gate. */
type Condition = (sums: Float64Array, given: Float64Array) => void;

/**
 * The network of van den Oord et al. 2016 as a recursion over steps: every layer has the list of all that it has seen, and
 * a tap that reaches beyond its start finds nothing. Each call of the result starts a signal.
 */
export function readWaveNetwork(
  config: WaveNetConfig,
  { weights, length }: { readonly weights: Weights; readonly length: number },
): (context?: Float64Array) => Walk {
  const skips = config.skipFeatures ?? config.features;
  const map = (name: string): VectorMap => readDense(weights.under(name));
  const input = map('input');
  const [hidden, last] = [map('output.0'), map('output.1')];
  const dilations = Array.from({ length: config.stacks }, () => config.dilations).flat();
  const layers = dilations.map((dilation, i) => {
    const own = weights.under(`layers.${i}`);
    return {
      taps: readTaps(own.under('convolution'), { ...config, dilation }),
      global: readCondition(own, 'global'),
      local: readCondition(own, 'local'),
      output: readDense(own.under('output')),
    };
  });
  return (context) => {
    const given = shareOut(context ?? new Float64Array(0), config.local, length);
    const seen = layers.map((): Float64Array[] => []);
    let time = 0;
    return (before) => {
      const frame = given.frameAt(time++);
      let residual = input(before);
      const sum = new Float64Array(skips);
      for (const [i, layer] of layers.entries()) {
        seen[i]!.push(residual);
        const sums = layer.taps(seen[i]!);
        layer.global(sums, given.global);
        layer.local(sums, frame);
        const out = layer.output(gate(sums));
        out.subarray(0, skips).forEach((value, j) => (sum[j]! += value));
        // The last layer has no residual outputs.
        const added = out.subarray(skips);
        residual = residual.map((value, j) => value + (added[j] ?? 0));
      }
      return last(relu(hidden(relu(sum))));
    };
  };
}

/** A causal dilated convolution at the newest step; `[kernel, inputs, outputs]`, the newest tap last. */
function readTaps(
  weights: Weights,
  { kernel, dilation }: { readonly kernel: number; readonly dilation: number },
): (past: readonly Float64Array[]) => Float64Array {
  const [all, bias] = [weights.get('weight'), weights.get('bias')];
  const size = all.length / kernel;
  return (past) => {
    const sums = Float64Array.from(bias);
    for (let tap = 0; tap < kernel; tap++) {
      const step = past[past.length - 1 - (kernel - 1 - tap) * dilation];
      if (step !== undefined) addProduct(sums, step, all.subarray(tap * size, (tap + 1) * size));
    }
    return sums;
  };
}

function readCondition(weights: Weights, name: string): Condition {
  if (!weights.has(`${name}.weight`)) return () => {};
  const weight = weights.get(`${name}.weight`);
  return (sums, given) => addProduct(sums, given, weight);
}

/** A context is what holds for the whole signal, and behind it as many frames as the signal takes. */
function shareOut(
  context: Float64Array,
  local: WaveNetConfig['local'],
  length: number,
): { readonly global: Float64Array; readonly frameAt: (time: number) => Float64Array } {
  if (local === null) return { global: context, frameAt: () => context.subarray(0, 0) };
  const start = context.length - Math.ceil(length / local.hop) * local.features;
  return {
    global: context.subarray(0, start),
    frameAt(time) {
      const at = start + Math.floor(time / local.hop) * local.features;
      return context.subarray(at, at + local.features);
    },
  };
}

/** tanh of the first half times σ of the second. */
function gate(sums: Float64Array): Float64Array {
  const half = sums.length / 2;
  return Float64Array.from({ length: half }, (_, i) => Math.tanh(sums[i]!) * sigmoid(sums[i + half]!));
}

function relu(x: Float64Array): Float64Array {
  return x.map((value) => Math.max(value, 0));
}
