import * as tf from '@tensorflow/tfjs';
import { sequentialDirection, type AutoregressiveMap } from '../masked-autoregressive/autoregressive-map.ts';
import { inverseByPasses, type SequentialInverse } from '../masked-autoregressive/sequential-inverse.ts';
import { compiled, type Compiled } from './compiled.ts';
import { runArrays, type Run } from './run-arrays.ts';
import { runKernel } from './run-kernel.ts';
import { scalarMapOf, type ScalarMap } from './scalar-map.ts';
import { runWasm } from './wasm/run-wasm.ts';

/** Backends whose tensors can be read at once and for free. */
const READABLE: ReadonlySet<string> = new Set(['cpu', 'wasm']);

/**
 * The sequential direction feature by feature, every weight used once, where D evaluations of the conditioner would use
 * it D times: hidden units are sorted by the time from which they can be computed, and nothing is computed before or
 * twice.
 *
 * It runs on the backends whose numbers can be read at once, cpu and wasm: natively where `@flowzoo/kernels-native` is active,
 * otherwise as WebAssembly, or where the host has no SIMD as plain TypeScript. What it cannot do it leaves to
 * {@link inverseByPasses}: other backends, dropout while training, a transformer without `mapArrays`. Where nothing depends on
 * anything, one pass is all there is to do.
 *
 * @example
 * const layer = new MaskedAutoregressive({ type, dataShape, conditioner, transformer, onePass, solve: incrementalInverse });
 */
export const incrementalInverse: SequentialInverse = (map, input, context) => {
  const plan = planOf(map, input);
  if (plan === null) return inverseByPasses(map, input, context);
  const { network, transformer } = plan;
  const contexts = contributions(network, context as tf.Tensor2D | undefined);
  const found = runKernel(network, transformer, { input, contexts });
  if (found !== null) return found;
  const run = runOf(plan, input, contexts);
  // Of tfjs's backends wasm copies what a tensor is made of, and cpu keeps it.
  const { value, logDerivative } = runWasm(run, { views: tf.getBackend() === 'wasm' }) ?? runArrays(run);
  return { value: tf.tensor2d(value, input.shape), logDerivative: tf.tensor2d(logDerivative, input.shape) };
};

/** What is to be run, or null where this cannot be done feature by feature. */
export function incrementalRun(map: AutoregressiveMap, input: tf.Tensor2D, context: tf.Tensor | undefined): Run | null {
  const plan = planOf(map, input);
  if (plan === null) return null;
  const contexts = contributions(plan.network, context as tf.Tensor2D | undefined);
  const run = runOf(plan, input, contexts);
  tf.dispose(contexts);
  return run;
}

interface Plan {
  readonly network: Compiled;
  readonly transformer: ScalarMap;
}

function planOf(map: AutoregressiveMap, input: tf.Tensor2D): Plan | null {
  const { conditioner, transformer } = map;
  if (!READABLE.has(tf.getBackend()) || input.size === 0 || conditioner.dependence.depth === 1) return null;
  const scalarMap = scalarMapOf(transformer, sequentialDirection(map));
  const network = scalarMap === null ? null : compiled(conditioner);
  return scalarMap === null || network === null ? null : { network, transformer: scalarMap };
}

/** What the context adds to the sums and multiplies them by. */
function contributions({ program }: Compiled, context: tf.Tensor2D | undefined): tf.Tensor2D[] {
  if (context === undefined) return [];
  return program.contextRows.map(({ contribution }) => tf.tidy(() => contribution(context)));
}

function runOf({ network, transformer }: Plan, input: tf.Tensor2D, contexts: readonly tf.Tensor2D[]): Run {
  const numbers = (tensor: tf.Tensor2D): Float32Array => tensor.dataSync<'float32'>() as Float32Array;
  return { ...network, transformer, batch: input.shape[0], input: numbers(input), contexts: contexts.map(numbers) };
}
