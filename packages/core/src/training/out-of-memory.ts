import { FlowzooError } from '../errors/flowzoo-error.ts';

/**
 * Runs a computation; where the backend says that it has no memory left for a tensor (an error with the code
 * E_OUT_OF_MEMORY and the bytes that were asked for), the remedy of a training is named: every intermediate of a step is
 * kept until its gradients are there, so smaller micro-batches need less.
 *
 * @throws E_OUT_OF_MEMORY, and whatever else the computation throws
 */
export function explainOutOfMemory<T>(compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    if ((error as { readonly code?: unknown } | null)?.code !== 'E_OUT_OF_MEMORY') throw error;
    const { message, bytes } = error as { readonly message: string; readonly bytes?: number };
    throw new FlowzooError('E_OUT_OF_MEMORY', 'a training step needs more memory than there is', {
      at: 'fit',
      found: `${bytes ?? 'too many'} bytes asked for (${message})`,
      expected: 'all intermediates of a micro-batch to fit',
      remedy: 'Set microBatch to half of what it is (the result stays the same), or use a smaller model',
    });
  }
}
