import * as tf from '@tensorflow/tfjs';
import { activationOf, linear, type ActivationConfig } from '@flowzoo/core';
import type { Made } from '../made/made.ts';
import { scheduleOf, type Schedule } from './schedule.ts';

/** The rows of values that a network goes through: its features, or one hidden layer, sorted by time. */
export interface Rows {
  /** What each row is in the network: a feature, a unit, an output. */
  readonly order: Int32Array;
  /** At each time, how many rows what is computed then may read, `[D]`. */
  readonly ready: Int32Array;
}

/** What a context contributes to a stage, before it is sorted: `[batch, width]` and the caller's. */
export type Contribution = (context: tf.Tensor2D) => tf.Tensor2D;

/** One step of a network: target = a((Σ W·source + bias + addend) · gate + residual). */
export interface Stage {
  /** Index of the rows that are computed; null for the outputs. */
  readonly target: number | null;
  readonly sources: readonly {
    readonly rows: number;
    /** `[source, target]`. */
    readonly weight: tf.Tensor;
  }[];
  readonly bias: tf.Tensor | undefined;
  readonly addend?: Contribution | undefined;
  readonly gate?: Contribution | undefined;
  /** Index of rows that are added after the gate. */
  readonly residual?: number;
  readonly activated: boolean;
  /** Index of rows that take the activation of what the target takes as it is. */
  readonly copy?: number;
}

/** A masked network, taken apart for finding features one at a time. */
export interface Network {
  readonly schedule: Schedule;
  /** The features first. */
  readonly rows: readonly Rows[];
  /** In the order of computation, the outputs last. */
  readonly stages: readonly Stage[];
  readonly activation: ActivationConfig;
  /** Parameters per feature, P. */
  readonly parameterCount: number;
  /** Factor and offset of every output: what the network's head does. */
  readonly scale: Float32Array;
  readonly offset: Float32Array;
}

/** Takes a network apart; null for one that this cannot compute: dropout in training, a gate on offset outputs. */
export function networkOf(made: Made): Network | null {
  const { config, dependence, variables, parameterCount } = made;
  if (made.drops) return null;
  const schedule = scheduleOf(dependence);
  const rows: Rows[] = [featureRows(schedule)];
  const stages: Stage[] = [];
  const residual = config.blocks !== 'feedforward';
  const preactivation = config.blocks === 'residual-preactivation';
  const variable = (name: string): tf.Variable | undefined => variables.get(name);
  const hiddenRows = (layer: number): number => rows.push(unitRows(made, layer, schedule)) - 1;
  const stage = (
    place: string,
    source: number,
    rest: Omit<Stage, 'sources' | 'bias' | 'activated'> & { readonly activated?: boolean },
  ): void => {
    const sources = [{ rows: source, weight: variable(`${place}.weight`)! }];
    stages.push({ sources, bias: variable(`${place}.bias`), activated: true, ...rest });
  };
  let current = 0;
  const plain = residual ? config.hidden.slice(0, 1) : config.hidden;
  plain.forEach((_, i) => {
    const target = hiddenRows(i);
    const copy = preactivation ? { copy: hiddenRows(i), activated: false } : {};
    stage(residual ? 'first' : `layers.${i}`, current, { target, ...copy, ...injection(made, i) });
    current = target;
  });
  if (residual) {
    config.hidden.forEach((_, i) => {
      const [inner, target] = [hiddenRows(0), hiddenRows(0)];
      const last = i === config.hidden.length - 1;
      stage(`blocks.${i}.first`, preactivation ? current + 1 : current, { target: inner });
      const copy = preactivation ? { activated: false, ...(last ? {} : { copy: hiddenRows(0) }) } : {};
      const gate = sigmoidOf(made, `blocks.${i}.context`);
      stage(`blocks.${i}.second`, inner, { target, residual: current, gate, ...copy });
      current = target;
    });
  }
  const lastPlace = residual && plain.length > 0 ? 'last' : `layers.${plain.length}`;
  stage(variable(`${lastPlace}.weight`) === undefined ? 'last' : lastPlace, current, {
    target: null,
    activated: false,
    ...(plain.length === 0 ? injection(made, 0) : {}),
  });
  const direct = variable('direct.weight');
  const output = stages.pop()!;
  stages.push(direct === undefined ? output : { ...output, sources: [...output.sources, { rows: 0, weight: direct }] });
  const head = headOf(made);
  if (output.gate !== undefined && head.offset.some((value) => value !== 0)) return null;
  return { schedule, rows, stages, activation: config, parameterCount, ...head };
}

function featureRows({ order }: Schedule): Rows {
  return { order, ready: Int32Array.from(order, (_, time) => time) };
}

function unitRows(made: Made, layer: number, { order: features, timeOfClass }: Schedule): Rows {
  const degrees = made.degrees[layer]!;
  const times = Int32Array.from(degrees, (degree) => timeOfClass[degree]!);
  const order = Int32Array.from(times, (_, unit) => unit).sort((a, b) => times[a]! - times[b]!);
  const ready = new Int32Array(features.length);
  let count = 0;
  for (let time = 0; time < ready.length; time++) {
    while (count < order.length && times[order[count]!]! <= time) count++;
    ready[time] = count;
  }
  return { order, ready };
}

/** What the context does to plain layer i. */
function injection(made: Made, i: number): Pick<Stage, 'addend' | 'gate'> {
  const { context: kind, hidden, activation, slope } = made.config;
  const place = `context.${i}`;
  if (!made.variables.has(`${place}.weight`)) return {};
  if (kind === 'glu') return { gate: sigmoidOf(made, place) };
  const raw = contributionOf(made, place);
  if (kind === 'add' || hidden.length === 0) return { addend: raw };
  return { addend: (context) => activationOf({ activation, slope })(raw!(context)) };
}

function sigmoidOf(made: Made, place: string): Contribution | undefined {
  const raw = contributionOf(made, place);
  return raw === undefined ? undefined : (context) => tf.sigmoid(raw(context));
}

function contributionOf({ variables }: Made, place: string): Contribution | undefined {
  const weight = variables.get(`${place}.weight`) as tf.Tensor2D | undefined;
  const bias = variables.get(`${place}.bias`) as tf.Tensor1D | undefined;
  return weight === undefined ? undefined : (context) => linear(context, weight, bias);
}

function headOf({ config, variables, dependence, parameterCount }: Made): Pick<Network, 'scale' | 'offset'> {
  const { outputGain, outputLogScale, outputOffset } = config;
  const outputs = dependence.size * parameterCount;
  const logs = variables.get('output.logScale')?.dataSync<'float32'>();
  const offsets = typeof outputOffset === 'number' ? [outputOffset] : outputOffset;
  const scale = new Float32Array(outputs);
  const offset = new Float32Array(outputs);
  for (let i = 0; i < outputs; i++) {
    scale[i] = outputGain * (logs === undefined ? 1 : Math.exp(outputLogScale * logs[i % logs.length]!));
    offset[i] = offsets[i % offsets.length]!;
  }
  return { scale, offset };
}
