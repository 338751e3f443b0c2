import type * as tf from '@tensorflow/tfjs';
import type { Transformer } from '../../contracts/transformer.ts';
import type { Random } from '../../random/random.ts';
import { batchIndependenceClause } from '../clauses/batch.ts';
import { finiteClause } from '../clauses/finite.ts';
import { gradientValueClause, variableGradientClause } from '../clauses/gradients.ts';
import { derivativeClause, monotoneClause, scalarRoundTripClause } from '../clauses/monotone.ts';
import { savingClause } from '../clauses/saving.ts';
import { declaredShapesClause } from '../clauses/shapes.ts';
import { tensorClause } from '../clauses/tensors.ts';
import type { Probe } from '../probe.ts';
import { drawTensor, edgeTensor, type Subject } from '../subject.ts';
import type { Suite } from '../suite.ts';

/** The clauses that say something about scalar bijections with parameters. */
export function transformerSuite(): Suite<Transformer> {
  return {
    kind: 'transformer',
    // Six columns, because the clauses on a grid give every column parameters of its own.
    derivedCases: [{ event: [6] }],
    create: ({ registry, type, given, seed, path, config }) =>
      registry.transformer({ ...config, type }, { eventShape: given.event, seed, path }),
    prepare: () => undefined,
    isConditional: () => false,
    clauses: [
      declaredShapesClause(probes),
      scalarRoundTripClause,
      derivativeClause,
      variableGradientClause(probes),
      gradientValueClause(probes),
      finiteClause(probes),
      batchIndependenceClause(probes),
      savingClause(probes),
      tensorClause(probes, { scoped: true }),
      monotoneClause,
    ],
  };
}

function probes(subject: Subject<Transformer>): Probe<Transformer>[] {
  return [probe(subject, 'forward'), probe(subject, 'inverse')];
}

function probe({ part, given }: Subject<Transformer>, direction: 'forward' | 'inverse'): Probe<Transformer> {
  const domain = direction === 'forward' ? given.latentDomain : given.domain;
  const largest = given.largest[direction === 'forward' ? 'latent' : 'data'];
  const withParameters = (input: tf.Tensor, random: Random): tf.Tensor[] => {
    const shape = [...given.event, part.parameterCount];
    return [input, drawTensor('real', shape, input.shape[0]!, random.fork('parameters'))];
  };
  return {
    name: direction,
    outputs: [
      { name: 'value', eventShape: given.event },
      { name: 'log-derivative', eventShape: given.event },
    ],
    differentiable: true,
    noisy: false,
    iterative: false,
    domain,
    draw: (rows, random) => withParameters(drawTensor(domain, given.event, rows, random.fork(direction)), random),
    edges: (random) => withParameters(edgeTensor(domain, given.event, largest), random),
    run(own, [input, parameters]) {
      const { value, logDerivative } = own[direction](input!, parameters!);
      return [value, logDerivative];
    },
  };
}
