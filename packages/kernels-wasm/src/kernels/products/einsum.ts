import * as tf from '@tensorflow/tfjs';
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import { kernel, type KernelTools } from '../kernel-group.ts';
import { runRegistered } from './registered.ts';

/**
 * `tf.einsum` of one or two tensors, as tfjs's cpu backend takes it: every input label once, an explicit output. Labels
 * of one tensor that are summed away are summed first; what is left is one batched matrix product.
 */
export function einsum({ host }: KernelTools): KernelFunc {
  return kernel<string, { readonly equation: string }>((call) => {
    const tensors = Object.keys(call.inputs).map((key) => call.inputs[key]!);
    const { allDims, idDims } = tf.backend_util.decodeEinsumEquation(call.attrs.equation, tensors.length);
    tf.backend_util.checkEinsumDimSizes(allDims.length, idDims, tensors as tf.Tensor[]);
    const [terms, output] = call.attrs.equation.replaceAll(/\s/g, '').split('->') as [string, string];
    if (new Set(output).size !== output.length)
      throw new Error(`The output of "${call.attrs.equation}" repeats a label.`);
    const made: TensorInfo[] = [];
    const run = (name: string, inputs: Record<string, TensorInfo>, attrs: object): TensorInfo => {
      const result = runRegistered(name, host.backend, inputs, attrs);
      made.push(result);
      return result;
    };
    const operands = terms.split(',').map((labels, i) => ({ labels: [...labels], tensor: tensors[i]! }));
    const [first, second] = operands.map((operand, i) => withoutLonely(run, operand, output, operands[1 - i]?.labels));
    const contracted = second === undefined ? first! : contract(run, first!, second, output);
    const result = ordered(run, contracted, [...output]);
    // The result may be an input itself: the caller gets its own reference before the intermediates go.
    const shared = host.share(result);
    for (const each of made) host.backend.disposeData(each.dataId);
    return shared;
  });
}

type Run = (name: string, inputs: Record<string, TensorInfo>, attrs: object) => TensorInfo;

interface Labelled {
  readonly labels: readonly string[];
  readonly tensor: TensorInfo;
}

/** Sums over the labels that appear nowhere else. */
function withoutLonely(
  run: Run,
  { labels, tensor }: Labelled,
  output: string,
  other: readonly string[] = [],
): Labelled {
  const kept = labels.filter((label) => output.includes(label) || other.includes(label));
  if (kept.length === labels.length) return { labels, tensor };
  const axis = labels.flatMap((label, i) => (kept.includes(label) ? [] : [i]));
  return { labels: kept, tensor: run('Sum', { x: tensor }, { axis, keepDims: false }) };
}

/** The product over the labels that both have and the output lacks; labels of the result: both's, a's, b's. */
function contract(run: Run, a: Labelled, b: Labelled, output: string): Labelled {
  const both = a.labels.filter((label) => b.labels.includes(label));
  const batch = both.filter((label) => output.includes(label));
  const inner = both.filter((label) => !output.includes(label));
  const onlyA = a.labels.filter((label) => !both.includes(label));
  const onlyB = b.labels.filter((label) => !both.includes(label));
  const size = (labels: readonly string[]): number => labels.reduce((total, label) => total * sizeOf(label, a, b), 1);
  const [batches, rows, columns, steps] = [size(batch), size(onlyA), size(onlyB), size(inner)];
  const left = ordered(run, a, [...batch, ...onlyA, ...inner]);
  const right = ordered(run, b, [...batch, ...inner, ...onlyB]);
  const labels = [...batch, ...onlyA, ...onlyB];
  const reshape = (x: TensorInfo, shape: number[]): TensorInfo => run('Reshape', { x }, { shape });
  let product: TensorInfo;
  if (a.tensor.dtype === 'float32' && b.tensor.dtype === 'float32') {
    const matrices = { a: reshape(left, [batches, rows, steps]), b: reshape(right, [batches, steps, columns]) };
    product = run('BatchMatMul', matrices, { transposeA: false, transposeB: false });
  } else {
    const factors = { a: reshape(left, [batches, rows, steps, 1]), b: reshape(right, [batches, 1, steps, columns]) };
    product = run('Sum', { x: run('Multiply', factors, {}) }, { axis: [2], keepDims: false });
  }
  const shape = labels.map((label) => sizeOf(label, a, b));
  return { labels, tensor: reshape(product, shape) };
}

function sizeOf(label: string, ...operands: readonly Labelled[]): number {
  const owner = operands.find(({ labels }) => labels.includes(label))!;
  return owner.tensor.shape[owner.labels.indexOf(label)]!;
}

/** The tensor with its axes in the order of `labels`. */
function ordered(run: Run, { labels, tensor }: Labelled, order: readonly string[]): TensorInfo {
  const perm = order.map((label) => labels.indexOf(label));
  return perm.every((from, to) => from === to) ? tensor : run('Transpose', { x: tensor }, { perm });
}
