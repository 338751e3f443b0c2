import type * as tf from '@tensorflow/tfjs';
import type { Distribution } from '../../contracts/distribution.ts';
import type { Random } from '../../random/random.ts';
import { batchIndependenceClause } from '../clauses/batch.ts';
import { contextMattersClause, refusalClause } from '../clauses/context.ts';
import { finiteClause } from '../clauses/finite.ts';
import { gradientValueClause, variableGradientClause } from '../clauses/gradients.ts';
import { normalizationClause, reparameterizedClause, samplesFollowClause, seedClause } from '../clauses/sampling.ts';
import { savingClause } from '../clauses/saving.ts';
import { perExampleClause } from '../clauses/shapes.ts';
import { tensorClause } from '../clauses/tensors.ts';
import type { Probe } from '../probe.ts';
import { drawTensor, edgeTensor, type Subject } from '../subject.ts';
import type { Suite } from '../suite.ts';
import { contextRows } from './bijector-inputs.ts';

/** The clauses that say something about what scores and draws. */
export function distributionSuite(): Suite<Distribution> {
  return {
    kind: 'distribution',
    derivedCases: [
      { event: [1] },
      { event: [2] },
      { event: [5] },
      { event: [4, 4, 2] },
      { event: [1], contextSize: 2 },
      { event: [3], contextSize: 2 },
    ],
    create: ({ registry, type, given, seed, path, config }) =>
      registry.distribution(
        { ...config, type },
        { eventShape: given.event, contextSize: given.contextSize, seed, path },
      ),
    prepare(part, given, random) {
      if (part.initialize === undefined) return;
      const x = drawTensor(given.domain, part.eventShape, 64, random.fork('initialization'));
      const context = contextRows({ part }, 64, random.fork('initialization context'));
      part.initialize(x, context);
      x.dispose();
      context?.dispose();
    },
    isConditional: (part) => part.contextSize > 0,
    clauses: [
      perExampleClause(probes),
      variableGradientClause(probes),
      gradientValueClause(probes),
      finiteClause(probes),
      batchIndependenceClause(probes),
      contextMattersClause(probes),
      refusalClause(probes, { wrongType: 'bool' }),
      savingClause(probes),
      normalizationClause,
      tensorClause(probes, { refusesAfterDispose: true }),
      samplesFollowClause,
      seedClause,
      reparameterizedClause,
    ],
  };
}

function probes(subject: Subject<Distribution>): Probe<Distribution>[] {
  const { part, given } = subject;
  const withContext = (input: tf.Tensor, random: Random): tf.Tensor[] => {
    const context = contextRows(subject, input.shape[0]!, random.fork('context'));
    return context === undefined ? [input] : [input, context];
  };
  return [
    {
      name: 'logProb',
      outputs: [{ name: 'log-density', eventShape: [] }],
      differentiable: true,
      noisy: part.lowerBound,
      iterative: false,
      domain: given.domain,
      draw: (rows, random) => withContext(drawTensor(given.domain, part.eventShape, rows, random.fork('x')), random),
      edges: (random) => withContext(edgeTensor(given.domain, part.eventShape, given.largest.data), random),
      run: (own, [x, context]) => [own.logProb(x!, context)],
    },
  ];
}
