import * as tf from '@tensorflow/tfjs';
import type { Part } from '../../contracts/part.ts';
import type { Clause, ProbesOf } from '../clause.ts';
import { firstNotFinite, valuesOf } from '../numbers.ts';
import { projectionWeights, projectRows, type Probe } from '../probe.ts';
import type { Subject } from '../subject.ts';
import { show, violation } from '../violation.ts';
import { connected } from './gradients.ts';

/**
 * Clause 8: values and gradients are finite for inputs up to ±1e4 and next to the edges of the domain. `where` does not
 * protect gradients: what is masked out must be sanitized before it is computed.
 */
export function finiteClause<P extends Part>(probes: ProbesOf<P>): Clause<P> {
  return {
    id: '8',
    title: 'values and gradients are finite at large inputs and at the edges of the domain',
    check(subject) {
      for (const probe of probes(subject)) {
        const inputs = probe.edges(subject.random.fork('edges'));
        const outputs = probe.run(subject.part, inputs);
        outputs.forEach((output, index) => {
          assertFinite(output, inputs[0]!, `the ${probe.outputs[index]?.name ?? 'result'} of ${probe.name}`);
        });
        if (probe.differentiable) checkGradients(subject, probe, inputs, outputs);
      }
    },
  };
}

function checkGradients<P extends Part>(
  { part, random }: Subject<P>,
  probe: Probe<P>,
  inputs: readonly tf.Tensor[],
  outputs: readonly tf.Tensor[],
): void {
  const weights = projectionWeights(outputs, random.fork('weights'));
  const objective = (own: readonly tf.Tensor[]): tf.Tensor => tf.sum(projectRows(probe.run(part, own), weights));
  const gradients = tf.grads((...own: tf.Tensor[]) => connected(objective(own), own))([...inputs]);
  gradients.forEach((gradient, index) => {
    assertFinite(gradient, inputs[0]!, `the gradient of ${probe.name} in its ${INPUT_NAMES[index] ?? 'input'}`);
  });
  const variables = [...part.variables].filter(([, variable]) => variable.size > 0);
  if (variables.length === 0) return;
  const list = variables.map(([, variable]) => variable);
  const { grads } = tf.variableGrads(() => connected(objective(inputs), list) as tf.Scalar, list);
  for (const [name, variable] of variables) {
    const values = valuesOf(grads[variable.name]!);
    const bad = firstNotFinite(values);
    if (bad < 0) continue;
    throw violation(`the gradient of ${probe.name} in "${name}" is ${values[bad]} at large inputs or edges`, {
      remedy: REMEDY,
    });
  }
}

const INPUT_NAMES = ['input', 'context or parameters'];

const REMEDY =
  'Replace what a branch masks out before computing it, bound log-scales softly; where the mathematics itself overflows, set "domain" or "largest"';

function assertFinite(tensor: tf.Tensor, input: tf.Tensor, what: string): void {
  const values = valuesOf(tensor);
  const bad = firstNotFinite(values);
  if (bad < 0) return;
  const row = Math.floor(bad / (values.length / tensor.shape[0]!));
  const size = input.size / input.shape[0]!;
  const elements = Array.from(valuesOf(input).subarray(row * size, row * size + Math.min(size, 4)), show);
  throw violation(`${what} is ${values[bad]} at [${elements.join(', ')}${size > 4 ? ', …' : ''}]`, {
    expected: 'finite numbers',
    remedy: REMEDY,
  });
}
