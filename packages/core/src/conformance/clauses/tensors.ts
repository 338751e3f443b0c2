import * as tf from '@tensorflow/tfjs';
import type { Part } from '../../contracts/part.ts';
import { isFlowzooError } from '../../errors/flowzoo-error.ts';
import type { Clause, ProbesOf } from '../clause.ts';
import { projectRows, projectionWeights, type Probe } from '../probe.ts';
import type { Subject } from '../subject.ts';
import { violation } from '../violation.ts';
import { connected } from './gradients.ts';

const ROWS = 3;

/**
 * Clause 13a: a call leaves its results and nothing else, a gradient leaves its gradients, `dispose` leaves nothing, and
 * arguments stay the caller's.
 */
export function tensorClause<P extends Part>(
  probes: ProbesOf<P>,
  options: { readonly scoped?: boolean; readonly refusesAfterDispose?: boolean } = {},
): Clause<P> {
  return {
    id: '13a',
    title: 'the tensor count returns to where it was after calls, gradients and dispose',
    checkUnscoped(subject) {
      for (const probe of probes(subject)) checkCalls(subject, probe, options.scoped ?? false);
      checkDispose(subject, probes, options.refusesAfterDispose ?? false);
    },
  };
}

interface Count {
  readonly tensors: number;
  readonly buffers: number;
}

function count(): Count {
  const { numTensors, numDataBuffers } = tf.memory();
  return { tensors: numTensors, buffers: numDataBuffers };
}

function assertCount(before: Count, what: string): void {
  const after = count();
  if (after.tensors === before.tensors && after.buffers === before.buffers) return;
  throw violation(`${what} changes the number of tensors`, {
    expected: `${before.tensors} tensors in ${before.buffers} buffers`,
    found: `${after.tensors} in ${after.buffers}`,
    remedy:
      'Compute inside tf.tidy, keep nothing between calls, and make lasting tensors with addVariable and addState',
  });
}

function checkCalls<P extends Part>({ part, random }: Subject<P>, probe: Probe<P>, scoped: boolean): void {
  const inputs = probe.draw(ROWS, random.fork('tensors'));
  // A transformer runs in the scope of the layer that owns it.
  const call = (): void => {
    if (scoped) tf.tidy(() => void probe.run(part, inputs));
    else probe.run(part, inputs).forEach((tensor) => tensor.dispose());
  };
  try {
    call(); // tables that are made once, on first use, are no leak
    if (inputs.some((input) => input.isDisposed)) {
      throw violation(`${probe.name} returns its own argument, so disposing the result destroys the caller's tensor`, {
        remedy: 'Return tf.clone(x)',
      });
    }
    const before = count();
    call();
    assertCount(before, `a call of ${probe.name}, its results disposed,`);
    if (!probe.differentiable) return;
    const differentiate = (): void => disposeGradients(part, probe, inputs, random);
    differentiate();
    const baseline = count();
    differentiate();
    assertCount(baseline, `a gradient of ${probe.name}, disposed,`);
  } finally {
    inputs.forEach((input) => !input.isDisposed && input.dispose());
  }
}

function disposeGradients<P extends Part>(
  part: P,
  probe: Probe<P>,
  inputs: readonly tf.Tensor[],
  random: Subject['random'],
): void {
  const variables = [...part.variables.values()].filter(({ size }) => size > 0);
  const objective = (own: readonly tf.Tensor[]): tf.Tensor => {
    const outputs = probe.run(part, own);
    return tf.sum(projectRows(outputs, projectionWeights(outputs, random.fork('weights'))));
  };
  tf.grads((...own: tf.Tensor[]) => connected(objective(own), own))([...inputs]).forEach((each) => each.dispose());
  if (variables.length === 0) return;
  const { value, grads } = tf.variableGrads(() => connected(objective(inputs), variables) as tf.Scalar, variables);
  value.dispose();
  tf.dispose(grads);
}

function checkDispose<P extends Part>(subject: Subject<P>, probes: ProbesOf<P>, refuses: boolean): void {
  const before = count();
  const fresh = subject.build();
  fresh.dispose();
  assertCount(before, 'building and disposing it');
  fresh.dispose();
  assertCount(before, 'a second dispose()');
  if (!refuses) return;
  const probe = probes(subject)[0]!;
  const inputs = probe.draw(ROWS, subject.random.fork('disposed'));
  let caught: unknown = null;
  try {
    probe.run(fresh, inputs).forEach((tensor) => tensor.dispose());
  } catch (error) {
    caught = error;
  } finally {
    inputs.forEach((input) => input.dispose());
  }
  if (isFlowzooError(caught) && caught.code === 'E_DISPOSED') return;
  throw violation(`${probe.name} after dispose()`, {
    expected: 'an error E_DISPOSED',
    found: caught instanceof Error ? `"${caught.message}"` : 'no error',
  });
}
