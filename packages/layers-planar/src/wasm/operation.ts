import * as tf from '@tensorflow/tfjs';
import type { TensorInfo } from '@tensorflow/tfjs';
import type { StackFunctions } from './functions.ts';
import { canRunModule, hostFor, type HostPlaces } from './host.ts';
import type { WasmBackend } from './wasm-backend.ts';

/** A function of the module with its gradient, as a kernel of tfjs. */
export interface Operation<Attributes extends object> {
  /** Name of the kernel; that of the gradient has `Gradient` behind it. */
  readonly name: string;
  /** Names of the inputs, in the order of the addresses; the first is `[batch, D]`. */
  readonly inputs: readonly string[];
  /** Those of them that have no gradient. Default: none. */
  readonly constants?: readonly string[];
  /**
   * Bytes that `run` keeps for `gradient` in an input of its own, the last one, a constant. It has a single element where
   * that would be too much, and the gradient computes them again. Default: there is no such input.
   */
  kept?(functions: StackFunctions, shapes: Shapes): number;
  /** Bytes of working memory. */
  scratch(functions: StackFunctions, shapes: Shapes, attributes: Attributes): number;
  /** Computes values `[batch, D]` and log-dets `[batch]`. */
  run(functions: StackFunctions, places: HostPlaces, shapes: Shapes, attributes: Attributes): void;
  /** As `run`; the sensitivities to both outputs follow the inputs, and the outputs are the gradients of the inputs. */
  gradient(functions: StackFunctions, places: HostPlaces, shapes: Shapes, attributes: Attributes): void;
}

/** Shapes of the inputs. */
export type Shapes = readonly (readonly number[])[];

/**
 * Value and log-det of an operation in one call, its gradients in another; null where the active backend is not `wasm`, or
 * the machine does not run the module.
 */
export function runOperation<Attributes extends object>(
  operation: Operation<Attributes>,
  inputs: readonly tf.Tensor[],
  attributes: Attributes,
): readonly [value: tf.Tensor, logDet: tf.Tensor] | null {
  if (tf.getBackend() !== BACKEND || !canRunModule()) return null;
  register(operation);
  const kept = workspaceFor(operation, inputs);
  const all = kept === null ? inputs : [...inputs, kept];
  const named = Object.fromEntries(operation.inputs.map((name, index) => [name, all[index]!]));
  const found = runKernel(operation.name, named, attributes) as unknown as [tf.Tensor, tf.Tensor];
  // A tape has references of its own.
  kept?.dispose();
  return found;
}

const BACKEND = 'wasm';

/** Keeping more than this is not worth its memory. */
const MOST_KEPT_BYTES = 2 ** 24;

/** A tensor without values. */
const WORKSPACE = 'StackWorkspace';

function workspaceFor<Attributes extends object>(
  operation: Operation<Attributes>,
  inputs: readonly tf.Tensor[],
): tf.Tensor | null {
  if (operation.kept === undefined) return null;
  const { functions } = hostFor(tf.backend() as unknown as WasmBackend);
  const bytes = operation.kept(
    functions,
    inputs.map(({ shape }) => shape),
  );
  return runKernel(WORKSPACE, {}, { length: bytes > MOST_KEPT_BYTES ? 1 : bytes / 4 })[0]!;
}

/** At the first use: importing a package changes nothing. */
function register<Attributes extends object>(operation: Operation<Attributes>): void {
  const { name, inputs, constants = [] } = operation;
  if ((tf.getKernel(name, BACKEND) as tf.KernelConfig | undefined) !== undefined) return;
  const sensitivities = ['toValue', 'toLogDet'];
  const written = operation.kept === undefined ? undefined : inputs.length - 1;
  if ((tf.getKernel(WORKSPACE, BACKEND) as tf.KernelConfig | undefined) === undefined) {
    registerKernel(WORKSPACE, [], (_given, _shapes, { length }: { readonly length: number }, backend) => [
      backend.makeOutput([length], 'float32'),
    ]);
  }
  const variable = inputs.filter((each) => !constants.includes(each));
  registerKernel(name, inputs, (given, shapes, attributes: Attributes, backend) => {
    const [first] = shapes as [readonly [number, number]];
    return hostFor(backend).call({
      inputs: given,
      outputs: [first, [first[0]]],
      written,
      scratch: operation.scratch(hostFor(backend).functions, shapes, attributes),
      run: (functions, places) => operation.run(functions, places, shapes, attributes),
    });
  });
  registerKernel(`${name}Gradient`, [...inputs, ...sensitivities], (given, shapes, attributes: Attributes, backend) =>
    hostFor(backend).call({
      inputs: given,
      outputs: variable.map((each) => shapes[inputs.indexOf(each)]!),
      scratch: operation.scratch(hostFor(backend).functions, shapes, attributes),
      run: (functions, places) => operation.gradient(functions, places, shapes, attributes),
    }),
  );
  tf.registerGradient({
    kernelName: name,
    inputsToSave: [...inputs],
    gradFunc(dy, saved, attributes) {
      const [toValue, toLogDet] = dy as unknown as [tf.Tensor, tf.Tensor];
      const named = Object.fromEntries(inputs.map((each, index) => [each, saved[index]!]));
      const found = runKernel(`${name}Gradient`, { ...named, toValue, toLogDet }, attributes);
      return Object.fromEntries(variable.map((each, index) => [each, () => found[index]!]));
    },
  });
}

function registerKernel<Attributes extends object>(
  kernelName: string,
  names: readonly string[],
  compute: (
    inputs: readonly TensorInfo[],
    shapes: Shapes,
    attributes: Attributes,
    backend: WasmBackend,
  ) => TensorInfo[],
): void {
  tf.registerKernel({
    kernelName,
    backendName: BACKEND,
    kernelFunc({ inputs, attrs, backend }) {
      const given = names.map((name) => inputs[name]!);
      return compute(
        given,
        given.map(({ shape }) => shape),
        attrs as unknown as Attributes,
        backend as WasmBackend,
      );
    },
  });
}

function runKernel(name: string, inputs: Record<string, tf.Tensor>, attributes: object): readonly tf.Tensor[] {
  const found = tf.engine().runKernel(name, inputs, attributes as tf.NamedAttrMap) as tf.Tensor | tf.Tensor[];
  return Array.isArray(found) ? found : [found];
}
