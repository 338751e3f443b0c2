import * as tf from '@tensorflow/tfjs';
import { sequentialDirection, type AutoregressiveMap } from '../masked-autoregressive/autoregressive-map.ts';
import { inverseByPasses, type SequentialInverse } from '../masked-autoregressive/sequential-inverse.ts';
import { compiled, type Compiled } from './compiled.ts';
import { runArrays, type Run } from './run-arrays.ts';
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
  const run = incrementalRun(map, input, context);
  if (run === null) return inverseByPasses(map, input, context);
  const { value, logDerivative } = runWasm(run) ?? runArrays(run);
  return { value: tf.tensor2d(value, input.shape), logDerivative: tf.tensor2d(logDerivative, input.shape) };
};

/** What is to be run, or null where this cannot be done feature by feature. */
export function incrementalRun(map: AutoregressiveMap, input: tf.Tensor2D, context: tf.Tensor | undefined): Run | null {
  const { conditioner, transformer } = map;
  if (!READABLE.has(tf.getBackend()) || input.size === 0 || conditioner.dependence.depth === 1) return null;
  const scalarMap = scalarMapOf(transformer, sequentialDirection(map));
  const network = scalarMap === null ? null : compiled(conditioner);
  if (scalarMap === null || network === null) return null;
  return {
    ...network,
    transformer: scalarMap,
    batch: input.shape[0],
    input: input.dataSync<'float32'>() as Float32Array,
    contexts: contributions(network, context as tf.Tensor2D | undefined),
  };
}

/** What the context adds to the sums and multiplies them by. */
function contributions({ program }: Compiled, context: tf.Tensor2D | undefined): Float32Array[] {
  if (context === undefined) return [];
  return program.contextRows.map(({ contribution }) =>
    tf.tidy(() => contribution(context).dataSync<'float32'>() as Float32Array),
  );
}
