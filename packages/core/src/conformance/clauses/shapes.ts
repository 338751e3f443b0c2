import * as tf from '@tensorflow/tfjs';
import type { Part } from '../../contracts/part.ts';
import { formatShape, formatBatchShape } from '../../contracts/shape.ts';
import type { Clause, ProbesOf } from '../clause.ts';
import type { Output } from '../probe.ts';
import type { Subject } from '../subject.ts';
import { violation } from '../violation.ts';

/** Clause 1: float32 everywhere, and exactly one log-det (log-density) per example, never a scalar. */
export function perExampleClause<P extends Part>(probes: ProbesOf<P>): Clause<P> {
  return {
    id: '1',
    title: 'results are float32, and what is one number per example has exactly the shape [batch]',
    check(subject) {
      forEachOutput(subject, probes, (tensor, output, place) => {
        if (tensor.dtype !== 'float32') {
          throw violation(`${place} has the wrong dtype`, { expected: 'float32', found: tensor.dtype });
        }
        if (output.eventShape.length === 0) assertShape(tensor, output, place);
      });
    },
  };
}

/** Clause 2: what is declared is what comes, a batch of one and size-1 dimensions included. */
export function declaredShapesClause<P extends Part>(probes: ProbesOf<P>): Clause<P> {
  return {
    id: '2',
    title: 'declared shapes are the actual ones, for batches of 1, 2 and 5',
    check(subject) {
      forEachOutput(subject, probes, (tensor, output, place) => {
        if (output.eventShape.length > 0) assertShape(tensor, output, place);
      });
    },
  };
}

function forEachOutput<P extends Part>(
  subject: Subject<P>,
  probes: ProbesOf<P>,
  visit: (tensor: tf.Tensor, output: Output, place: string) => void,
): void {
  for (const probe of probes(subject)) {
    for (const rows of [1, 2, 5]) {
      const inputs = probe.draw(rows, subject.random.fork('shapes'));
      const tensors = probe.run(subject.part, inputs);
      probe.outputs.forEach((output, index) => {
        const tensor = tensors[index];
        if (!(tensor instanceof tf.Tensor)) {
          throw violation(`the ${output.name} of ${probe.name} is no tensor`, { found: typeof tensor });
        }
        visit(tensor, output, `the ${output.name} of ${probe.name} for a batch of ${rows}`);
      });
    }
  }
}

function assertShape(tensor: tf.Tensor, output: Output, place: string): void {
  const rows = Number(/\d+$/.exec(place)![0]);
  if (formatShape(tensor.shape) === formatShape([rows, ...output.eventShape])) return;
  throw violation(`${place} has the wrong shape`, {
    expected: formatBatchShape(output.eventShape),
    found: formatShape(tensor.shape),
    remedy:
      output.eventShape.length === 0
        ? 'Sum over every axis but the first, and broadcast a constant to the batch'
        : 'Declare the shape that the layer returns',
  });
}
