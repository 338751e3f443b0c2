import * as tf from '@tensorflow/tfjs';

/**
 * Runs a kernel that is not one of tfjs's own, where the active backend has it; null where it has not, and the caller then
 * computes the same with what tfjs has. A package of fast kernels registers under these names what core asks for, and
 * neither knows the other.
 *
 * @param inputs Tensors by name, or a list; they stay the caller's.
 * @returns The kernel's outputs, the caller's.
 * @example
 * const parts = runNamedKernel('SplitFlat', { x }, { shapes }) ?? splitBySlices(x, shapes);
 */
export function runNamedKernel(
  name: string,
  inputs: Readonly<Record<string, tf.Tensor>> | readonly tf.Tensor[],
  attributes: object,
): tf.Tensor[] | null {
  if ((tf.getKernel(name, tf.getBackend()) as tf.KernelConfig | undefined) === undefined) return null;
  const outputs = tf.engine().runKernel(name, inputs as tf.NamedTensorMap, attributes as tf.NamedAttrMap);
  return Array.isArray(outputs) ? (outputs as tf.Tensor[]) : [outputs as tf.Tensor];
}
