import * as tf from '@tensorflow/tfjs';
import { mapAffine } from '../../incremental/affine-numbers.ts';
import { scalarMapOf, type ScalarMap } from '../../incremental/scalar-map.ts';
import { sequentialDirection } from '../../masked-autoregressive/autoregressive-map.ts';
import { inverseByPasses, type SequentialInverse } from '../../masked-autoregressive/sequential-inverse.ts';
import type { WaveNetConditioner } from '../wavenet-conditioner.ts';
import { RingNetwork } from './ring-network.ts';

/** Signals side by side: enough to share the reading of weights, few enough that their rings stay small. */
const TOGETHER = 32;

/**
 * The sequential direction of a WaveNet flow, step by step with rings on the backends whose numbers can be read at once
 * (cpu, wasm); by full passes elsewhere, and for transformers that only know tensors.
 */
export const ringInverse: SequentialInverse<WaveNetConditioner> = (map, input, context) => {
  const { conditioner, transformer } = map;
  const isReadable = ['cpu', 'wasm'].includes(tf.getBackend());
  const scalar = isReadable ? scalarMapOf(transformer, sequentialDirection(map)) : null;
  if (scalar === null) return inverseByPasses(map, input, context);
  const [count, time] = input.shape;
  const taps = conditioner.taps();
  const given = input.dataSync<'float32'>();
  const contexts = context?.dataSync<'float32'>();
  const value = new Float32Array(count * time);
  const logDerivative = new Float32Array(count * time);
  for (let first = 0; first < count; first += TOGETHER) {
    const end = Math.min(first + TOGETHER, count);
    const rows = (values: Float32Array): Float32Array =>
      values.subarray((first * values.length) / count, (end * values.length) / count);
    const own = { count: end - first, context: contexts === undefined ? undefined : rows(contexts) };
    const ring = new RingNetwork(taps, own);
    try {
      invertSignals({ ring, scalar, time }, rows(given), [rows(value), rows(logDerivative)]);
    } finally {
      ring.dispose();
    }
  }
  return { value: tf.tensor2d(value, input.shape), logDerivative: tf.tensor2d(logDerivative, input.shape) };
};

/** Step by step through some signals `[count, time]`, which are found in `value`. */
function invertSignals(
  { ring, scalar, time }: { readonly ring: RingNetwork; readonly scalar: ScalarMap; readonly time: number },
  given: Float32Array,
  [value, logDerivative]: readonly [Float32Array, Float32Array],
): void {
  const count = given.length / time;
  const now = new Float32Array(count);
  const previous = new Float32Array(count);
  for (let step = 0; step < time; step++) {
    for (let i = 0; i < count; i++) now[i] = given[i * time + step]!;
    const parameters = ring.step(step === 0 ? null : previous);
    const mapped = mapStep(scalar, now, parameters);
    for (let i = 0; i < count; i++) {
      previous[i] = value[i * time + step] = mapped[i]!;
      logDerivative[i * time + step] = mapped[count + i]!;
    }
  }
}

/** N values and after them N log-derivatives. */
function mapStep(scalar: ScalarMap, input: Float32Array, parameters: Float32Array): ArrayLike<number> {
  if (scalar.kind === 'arrays') return scalar.map(input, parameters);
  const count = input.length;
  const each = parameters.length / count;
  const result = new Float64Array(2);
  const all = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) {
    const own = { shift: parameters[i * each]!, scale: each > 1 ? parameters[i * each + 1]! : 0 };
    mapAffine(scalar.settings, input[i]!, own, result);
    all[i] = result[0]!;
    all[count + i] = result[1]!;
  }
  return all;
}
