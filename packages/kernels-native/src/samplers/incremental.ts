import type { KernelFactory } from '@flowzoo/kernels-wasm';
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import type { SamplerFunction } from '../addon.ts';

/** Name of the kernel, which tfjs itself does not have. */
export const INCREMENTAL = 'FlowzooIncremental';

/**
 * Attributes of the kernel `FlowzooIncremental`: a masked network as instructions that find its features one at a time, for all
 * examples. `@flowzoo/layers-autoregressive` compiles them and says what they mean (its `src/incremental/program.ts`); it looks
 * the kernel up by its name, so neither package depends on the other.
 *
 * Inputs are `input`, `[batch, D]`, and `context0`, `context1`, …, one `[batch, width]` for each of `contextRows`. Outputs are
 * the values and their log-derivatives, both `[batch, D]`.
 */
export interface IncrementalAttributes {
  readonly program: {
    /** The column of the input that each of the first D rows of the state takes. */
    readonly order: Int32Array;
    readonly instructions: Int32Array;
    readonly weights: Float32Array;
    readonly contextRows: readonly { readonly row: number; readonly order: Int32Array }[];
    readonly rows: number;
    readonly logRow: number;
  };
  /** Number of the activation, and the slope of a leaky one. */
  readonly activation: number;
  readonly slope: number;
  /** Settings of the affine transformer. */
  readonly settings: Float32Array;
}

/** The kernel on the addon's function. */
export function incrementalKernel(run: SamplerFunction): KernelFactory {
  return (host): KernelFunc =>
    (call) => {
      const { inputs, attrs } = call as unknown as {
        readonly inputs: Readonly<Record<string, TensorInfo>>;
        readonly attrs: IncrementalAttributes;
      };
      const { program, activation, slope, settings } = attrs;
      const input = floats(inputs, 'input', program.order.length);
      const batch = input.shape[0]!;
      const contexts = program.contextRows.map(({ row, order }, i) => {
        const context = floats(inputs, `context${i}`, order.length);
        if (context.shape[0] !== batch) throw new Error(`${INCREMENTAL}: context${i} has another batch than the input`);
        return { context, row, order };
      });
      const outputs = [host.output(input.shape), host.output(input.shape)];
      const places = [input, ...outputs].map((tensor) => host.pointer(tensor));
      run(
        host.memory.buffer,
        program.instructions,
        program.weights,
        settings,
        joined([program.order, ...contexts.map(({ order }) => order)]),
        Int32Array.from(contexts.flatMap(({ context, row, order }) => [host.pointer(context), order.length, row])),
        ...places,
        batch,
        program.order.length,
        program.rows,
        program.logRow,
        activation,
        slope,
      );
      return outputs;
    };
}

function floats(inputs: Readonly<Record<string, TensorInfo>>, name: string, width: number): TensorInfo {
  const tensor = inputs[name];
  if (tensor === undefined || tensor.dtype !== 'float32' || tensor.shape.length !== 2 || tensor.shape[1] !== width)
    throw new Error(`${INCREMENTAL}: ${name} is to be float32 of shape [batch, ${width}]`);
  return tensor;
}

function joined(lists: readonly Int32Array[]): Int32Array {
  if (lists.length === 1) return lists[0]!;
  const all = new Int32Array(lists.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const list of lists) {
    all.set(list, end);
    end += list.length;
  }
  return all;
}
