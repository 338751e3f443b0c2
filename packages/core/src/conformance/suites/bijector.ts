import type * as tf from '@tensorflow/tfjs';
import type { Bijector } from '../../contracts/bijector.ts';
import { Random } from '../../random/random.ts';
import { createRegistry } from '../../registry/registry.ts';
import type { Plugin } from '../../registry/plugin.ts';
import { batchIndependenceClause } from '../clauses/batch.ts';
import { contextMattersClause, refusalClause } from '../clauses/context.ts';
import { densityClause } from '../clauses/density.ts';
import { finiteClause } from '../clauses/finite.ts';
import { gradientValueClause, variableGradientClause } from '../clauses/gradients.ts';
import { initialParametersClause, logDetClause } from '../clauses/log-det.ts';
import { passesClause, type Counted } from '../clauses/passes.ts';
import { roundTripClause } from '../clauses/round-trip.ts';
import { savingClause } from '../clauses/saving.ts';
import { declaredShapesClause, perExampleClause } from '../clauses/shapes.ts';
import { structureClause } from '../clauses/structure.ts';
import { tensorClause } from '../clauses/tensors.ts';
import { COUNTING, countingPlugin } from '../counting-conditioner.ts';
import type { Probe } from '../probe.ts';
import { drawTensor, edgeTensor, type ResolvedCase, type Subject } from '../subject.ts';
import type { Suite } from '../suite.ts';
import { contextRows, dataRows, latentRows } from './bijector-inputs.ts';

/** All 13 clauses for layers. `plugins` are those a registry of these layers needs. */
export function bijectorSuite(plugins: readonly Plugin[]): Suite<Bijector> {
  return {
    kind: 'bijector',
    derivedCases: [
      { event: [1] },
      { event: [2] },
      { event: [3] },
      { event: [5] },
      { event: [4, 4, 2] },
      { event: [3, 5, 1] },
      { event: [1], contextSize: 2 },
      { event: [3], contextSize: 2 },
      { event: [2, 2, 2], contextSize: 2 },
    ],
    create: ({ registry, type, given, seed, path, config }) =>
      registry.bijector({ ...config, type }, { dataShape: given.event, contextSize: given.contextSize, seed, path }),
    prepare,
    isConditional: (part) => part.contextSize > 0,
    clauses: [
      perExampleClause(probes),
      declaredShapesClause(probes),
      roundTripClause,
      logDetClause,
      initialParametersClause,
      variableGradientClause(probes),
      gradientValueClause(probes),
      structureClause,
      finiteClause(probes),
      batchIndependenceClause(probes),
      contextMattersClause(probes),
      refusalClause(probes, { wrongType: 'int32' }),
      savingClause(probes),
      densityClause,
      tensorClause(probes, { refusesAfterDispose: true }),
      passesClause(
        ({ type }) => takesConditioner(type, plugins),
        (subject) => counted(subject, plugins),
      ),
    ],
  };
}

/** `forward` and `inverse` as probes, the latter last: that is where data go in. */
function probes(subject: Subject<Bijector>): Probe<Bijector>[] {
  return [probe(subject, 'forward'), probe(subject, 'inverse')];
}

function probe(subject: Subject<Bijector>, direction: 'forward' | 'inverse'): Probe<Bijector> {
  const { part, given } = subject;
  const forward = direction === 'forward';
  const { traits } = part;
  const domain = forward ? given.latentDomain : given.domain;
  const shape = forward ? part.latentShape : part.dataShape;
  const withContext = (input: tf.Tensor, random: Random): tf.Tensor[] => {
    const context = contextRows(subject, input.shape[0]!, random.fork('context'));
    return context === undefined ? [input] : [input, context];
  };
  return {
    name: direction,
    outputs: [
      { name: 'value', eventShape: forward ? part.dataShape : part.latentShape },
      { name: 'log-det', eventShape: [] },
    ],
    differentiable: !(forward && traits.lowerBound),
    noisy: traits.lowerBound,
    iterative: traits.method[direction] === 'iterative',
    domain,
    draw: (rows, random) =>
      withContext((forward ? latentRows : dataRows)(subject, rows, random.fork(direction)), random),
    edges: (random) => withContext(edgeTensor(domain, shape, given.largest[forward ? 'latent' : 'data']), random),
    run(own, [input, context]) {
      const { value, logDet } = own[direction](input!, context);
      return [value, logDet];
    },
  };
}

/** Whether the configuration of the type has a `conditioner` that a counting one can replace. */
function takesConditioner(type: string, plugins: readonly Plugin[]): boolean {
  const definition = plugins.map((plugin) => plugin.bijectors?.[type]).find((each) => each !== undefined);
  const properties = definition?.schema['properties'] as Record<string, { part?: string }> | undefined;
  return properties?.['conditioner']?.part === 'conditioner';
}

/** Starts a layer that starts from data. */
function prepare(part: Bijector, given: ResolvedCase, random: Random): void {
  if (!part.traits.needsInitialization) return;
  const x = drawTensor(given.domain, part.dataShape, 64, random.fork('initialization'));
  const context = contextRows({ part }, 64, random.fork('initialization context'));
  part.initialize?.(x, context).dispose();
  x.dispose();
  context?.dispose();
}

/** The same layer around conditioners that count. */
function counted({ given, type, path }: Subject<Bijector>, plugins: readonly Plugin[]): Counted {
  const { plugin, counts } = countingPlugin();
  const registry = plugins.reduce((all, each) => all.use(each), createRegistry().use(plugin));
  const config = { ...given.config, type, conditioner: { type: COUNTING } };
  const { event: dataShape, contextSize, seed } = given;
  const bijector = registry.bijector(config, { dataShape, contextSize, seed, path });
  prepare(bijector, given, new Random(seed));
  return { bijector, counts };
}
