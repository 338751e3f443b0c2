import { readActivation, type ActivationConfig } from './activation.ts';
import { withOutput, type OutputConfig } from './conditioner.ts';
import { linear, readDense, type VectorMap } from './dense.ts';
import { assertMasked, readGraph, type Graph, type OrderOption } from './masks.ts';
import { sigmoid } from './scalar.ts';
import type { Weights } from './weights.ts';

/** The options of the masked network. */
export interface MadeConfig extends ActivationConfig, OutputConfig {
  readonly hidden: readonly number[];
  readonly blocks: 'feedforward' | 'residual' | 'residual-preactivation';
  readonly order: OrderOption;
  readonly direct: boolean;
  readonly context: 'add' | 'add-activated' | 'glu';
}

/** A masked network, and in which groups its features follow each other. */
export interface MaskedNetwork {
  readonly network: VectorMap;
  /** Features that depend on no later group, first group first. */
  readonly groups: readonly (readonly number[])[];
}

/** A way for the context into h: h + Vc, h + a(Vc) or h σ(Vc + b). */
type Injection = (h: Float64Array, context: Float64Array | undefined) => Float64Array;

/** MADE in evaluation (Germain et al. 2015): a network of weights that are zero where the saved degrees say so. */
export function readMade(
  config: MadeConfig,
  weights: Weights,
  features: number,
  parameterCount: number,
): MaskedNetwork {
  const graph = readGraph(config.order, features, weights);
  checkWeights(config, graph, weights, parameterCount);
  const activation = readActivation(config);
  const residual = config.blocks !== 'feedforward';
  const first = config.blocks === 'residual-preactivation' ? activation : (h: number): number => h;
  const inject = (name: string, bare: boolean): Injection => readInjection(config, weights, name, bare, activation);
  const depth = config.hidden.length;
  const steps: Injection[] = [];
  if (residual && depth > 0) {
    const [enter, injected] = [readDense(weights.under('first')), inject('context.0', false)];
    const after = config.blocks === 'residual' ? activation : (h: number): number => h;
    steps.push((x, context) => injected(enter(x), context).map(after));
    for (let i = 0; i < depth; i++) {
      const [inner, outer] = ['first', 'second'].map((name) => readDense(weights.under(`blocks.${i}.${name}`)));
      const gated = inject(`blocks.${i}.context`, false);
      steps.push((h, context) => {
        const added = gated(outer!(inner!(h.map(first)).map(activation)), context);
        return h.map((each, unit) => after(each + added[unit]!));
      });
    }
    const last = readDense(weights.under('last'));
    steps.push((h) => last(h));
  } else {
    for (let i = 0; i <= depth; i++) {
      const layer = readDense(weights.under(residual ? 'last' : `layers.${i}`));
      const injected = inject(`context.${i}`, depth === 0);
      steps.push((h, context) => {
        const sum = injected(layer(h), context);
        return i === depth ? sum : sum.map(activation);
      });
    }
  }
  const direct = config.direct && depth > 0 ? linear(weights.get('direct.weight')) : undefined;
  const network: VectorMap = (x, context) => {
    const output = steps.reduce((h, step) => step(h, context), x);
    const beside = direct?.(x);
    return beside === undefined ? output : output.map((each, i) => each + beside[i]!);
  };
  return { network: withOutput(config, weights, network), groups: graph.groups };
}

/** The named injection, or none when the file has none of that name; `bare` is without a nonlinearity to go through. */
function readInjection(
  { context: kind }: MadeConfig,
  weights: Weights,
  name: string,
  bare: boolean,
  activation: (x: number) => number,
): Injection {
  if (!weights.has(`${name}.weight`)) return (h) => h;
  const added = kind === 'add' || (kind === 'add-activated' && bare);
  const map = added ? linear(weights.get(`${name}.weight`)) : readDense(weights.under(name));
  return (h, context) => {
    const signal = map(context!);
    if (kind === 'glu') return h.map((each, i) => each * sigmoid(signal[i]!));
    return h.map((each, i) => each + (added ? signal[i]! : activation(signal[i]!)));
  };
}

/** Every weight on the way from features to parameters is zero where the degrees forbid it. */
function checkWeights(
  { hidden, blocks, direct }: MadeConfig,
  graph: Graph,
  weights: Weights,
  parameterCount: number,
): void {
  const outputs = graph.classOf.flatMap((own) => Array.from({ length: parameterCount }, () => own));
  const degrees = (layer: number): number[] => [...weights.get(`degrees.${layer}`)];
  const check = (name: string, from: readonly number[] | null, to: readonly number[]): void =>
    assertMasked(name, weights.get(`${name}.weight`), to, (row, degree) =>
      from === null ? graph.sees(degree, row) : graph.contains(degree, from[row]!),
    );
  if (direct && hidden.length > 0) check('direct', null, outputs);
  if (blocks === 'feedforward' || hidden.length === 0) {
    let before: number[] | null = null;
    hidden.forEach((_, layer) => {
      check(`layers.${layer}`, before, degrees(layer));
      before = degrees(layer);
    });
    check(blocks === 'feedforward' ? `layers.${hidden.length}` : 'last', before, outputs);
    return;
  }
  const shared = degrees(0);
  check('first', null, shared);
  hidden.forEach((_, i) => {
    for (const name of ['first', 'second']) check(`blocks.${i}.${name}`, shared, shared);
  });
  check('last', shared, outputs);
}
