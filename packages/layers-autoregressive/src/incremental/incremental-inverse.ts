import * as tf from '@tensorflow/tfjs';
import { sequentialDirection, type AutoregressiveMap } from '../masked-autoregressive/autoregressive-map.ts';
import { inverseByPasses, type SequentialInverse } from '../masked-autoregressive/sequential-inverse.ts';
import { compiled, type Compiled } from './compiled.ts';
import { runArrays, type Found, type Run } from './run-arrays.ts';
import { scalarMapOf } from './scalar-map.ts';
import { runWasm } from './wasm/run-wasm.ts';

/** Backends whose tensors can be read at once and for free. */
const READABLE: ReadonlySet<string> = new Set(['cpu', 'wasm']);

/**
 * The sequential direction feature by feature, every weight used once, where D evaluations of the conditioner would use
 * it D times: hidden units are sorted by the time from which they can be computed, and nothing is computed before or
 * twice.
 *
 * It runs on the backends whose numbers can be read at once, cpu and wasm: as WebAssembly, or where the host has no SIMD as
 * plain TypeScript. What it cannot do it leaves to {@link inverseByPasses}: other backends, dropout while training, a
 * transformer without `mapArrays`. Where nothing depends on anything, one pass is all there is to do.
 *
 * @example
 * const layer = new MaskedAutoregressive({ type, dataShape, conditioner, transformer, onePass, solve: incrementalInverse });
 */
export const incrementalInverse: SequentialInverse = (map, input, context) => {
  const found = map.conditioner.dependence.depth > 1 ? incrementally(map, input, context) : null;
  if (found === null) return inverseByPasses(map, input, context);
  return {
    value: tf.tensor2d(found.value, input.shape),
    logDerivative: tf.tensor2d(found.logDerivative, input.shape),
  };
};

/** Values and log-derivatives, or null where this cannot be done feature by feature. */
function incrementally(map: AutoregressiveMap, input: tf.Tensor2D, context: tf.Tensor | undefined): Found | null {
  if (!READABLE.has(tf.getBackend()) || input.dtype !== 'float32') return null;
  const transformer = scalarMapOf(map.transformer, sequentialDirection(map));
  if (transformer === null) return null;
  const network = compiled(map.conditioner);
  if (network === null) return null;
  const { program, activation, parameterCount } = network;
  const contexts = contributions(network, context as tf.Tensor2D | undefined);
  const numbers = input.dataSync<'float32'>() as Float32Array;
  const run: Run = {
    program,
    activation,
    transformer,
    parameterCount,
    batch: input.shape[0],
    input: numbers,
    contexts,
  };
  return runWasm(run) ?? runArrays(run);
}

/** What the context adds to the sums and multiplies them by. */
function contributions({ program }: Compiled, context: tf.Tensor2D | undefined): Float32Array[] {
  if (context === undefined) return [];
  return program.contextRows.map(({ contribution }) =>
    tf.tidy(() => contribution(context).dataSync<'float32'>() as Float32Array),
  );
}
