import type * as tf from '@tensorflow/tfjs';
import type { Conditioner } from '../../contracts/conditioner.ts';
import type { Random } from '../../random/random.ts';
import { batchIndependenceClause } from '../clauses/batch.ts';
import { contextMattersClause } from '../clauses/context.ts';
import { finiteClause } from '../clauses/finite.ts';
import { gradientValueClause, variableGradientClause } from '../clauses/gradients.ts';
import { savingClause } from '../clauses/saving.ts';
import { declaredShapesClause } from '../clauses/shapes.ts';
import { tensorClause } from '../clauses/tensors.ts';
import type { Probe } from '../probe.ts';
import { drawTensor, edgeTensor, type Subject } from '../subject.ts';
import type { Suite } from '../suite.ts';
import { contextRows } from './bijector-inputs.ts';

/** The clauses that say something about networks that produce parameters. */
export function conditionerSuite(): Suite<Conditioner> {
  return {
    kind: 'conditioner',
    derivedCases: [
      { event: [0], output: [2] },
      { event: [1], output: [1] },
      { event: [3], output: [4] },
      { event: [4, 4, 2], output: [4, 4, 6] },
      { event: [3, 5, 1], output: [3, 5, 2] },
      { event: [3], output: [4], contextSize: 2 },
      { event: [4, 4, 2], output: [4, 4, 6], contextSize: 2 },
    ],
    create: ({ registry, type, given, seed, path, config }) =>
      registry.conditioner(
        { ...config, type },
        { inputShape: given.event, outputShape: given.output, contextSize: given.contextSize, seed, path },
      ),
    prepare: () => undefined,
    isConditional: (part) => part.contextSize > 0,
    clauses: [
      declaredShapesClause(probes),
      variableGradientClause(probes),
      gradientValueClause(probes),
      finiteClause(probes),
      batchIndependenceClause(probes),
      contextMattersClause(probes),
      savingClause(probes),
      tensorClause(probes),
    ],
  };
}

function probes(subject: Subject<Conditioner>): Probe<Conditioner>[] {
  const { given } = subject;
  const withContext = (input: tf.Tensor, random: Random): tf.Tensor[] => {
    const context = contextRows(subject, input.shape[0]!, random.fork('context'));
    return context === undefined ? [input] : [input, context];
  };
  return [
    {
      name: 'apply',
      outputs: [{ name: 'output', eventShape: given.output }],
      differentiable: true,
      noisy: false,
      iterative: false,
      domain: given.domain,
      draw: (rows, random) => withContext(drawTensor(given.domain, given.event, rows, random.fork('input')), random),
      edges: (random) => withContext(edgeTensor(given.domain, given.event, given.largest.data), random),
      run: (own, [input, context]) => [own.apply(input!, context)],
    },
  ];
}
