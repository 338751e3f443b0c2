import { Random } from '@flowzoo/core';
import type { FlowModel, PackedModel } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { cases, type Case } from './cases.ts';
import { deepCases } from './deep-cases.ts';
import { deviation, furthest, worst } from './compare.ts';
import { readFlow, type ReferenceFlow } from './evaluate.ts';
import { numericLogDet } from './jacobian.ts';
import { sizeOf } from './layer.ts';
import { randomModel, unpack } from './random-model.ts';
import { numbers, toContext, toRows, toTensor, untracked } from './rows.ts';

const ROWS = 5;

interface Prepared extends Case {
  readonly packed: PackedModel;
  readonly reference: ReferenceFlow;
  /** Latents and data, both numbers of float32. */
  readonly z: readonly Float64Array[];
  readonly x: readonly Float64Array[];
  /** The context of each row; undefined without one. */
  readonly contexts: readonly (Float64Array | undefined)[];
}

/** A model of the case, and data that are images of latents: every layer gets data of its domain. */
async function prepare(each: Case): Promise<Prepared> {
  const packed = await randomModel(each);
  const reference = readFlow(packed.spec, packed.weights);
  const random = new Random(each.name);
  const interval = each.base['interval'] as readonly [number, number] | undefined;
  const draw = (): number =>
    interval === undefined ? random.normal() : interval[0] + (interval[1] - interval[0]) * random.uniform();
  const z = Array.from({ length: ROWS }, () =>
    Float64Array.from({ length: sizeOf(each.event) }, () => Math.fround(draw())),
  );
  const contexts = z.map(() => contextOf(each, random));
  const x = z.map((row, i) => reference.forward(row, contexts[i]).value.map(Math.fround));
  return { ...each, packed, reference, z, x, contexts };
}

function contextOf({ context = 0 }: Case, random: Random): Float64Array | undefined {
  return context === 0 ? undefined : Float64Array.from({ length: context }, () => Math.fround(random.normal()));
}

await tf.setBackend('cpu');
const prepared = await Promise.all([...cases, ...deepCases].map(prepare));

describe('the float64 reference', () => {
  it.each(prepared)('has the log-det of its own derivatives: $name', ({ reference, x, z, contexts }) => {
    for (const [i, row] of x.entries()) {
      const context = contexts[i];
      const inverse = reference.inverse(row, context);
      const forward = reference.forward(z[i]!, context);
      const byInverse = numericLogDet((each) => reference.inverse(each, context).value, row);
      const byForward = numericLogDet((each) => reference.forward(each, context).value, z[i]!);
      expect(deviation(inverse.logDet, byInverse)).toBeLessThan(1e-5);
      expect(deviation(forward.logDet, byForward)).toBeLessThan(1e-5);
      const back = reference.forward(inverse.value, context);
      expect(worst([back.value], [row])).toBeLessThan(1e-9);
      expect(deviation(-back.logDet, inverse.logDet)).toBeLessThan(1e-9);
    }
  });

  it('makes use of every array in the file, and of nothing else', async () => {
    const { spec, weights } = prepared.find(({ name }) => name.startsWith('affine-coupling'))!.packed;
    const model = spec.model as unknown as { readonly layers: readonly unknown[] };
    const without = { ...spec, model: { ...spec.model, layers: model.layers.slice(0, 1) } };
    expect(() => readFlow(without, weights)).toThrow('makes no use of layers.1.conditioner.layers.0.weight');
    const beyond = { ...spec, model: { ...spec.model, layers: [...model.layers, ...model.layers] } };
    expect(() => readFlow(beyond, weights)).toThrow('the file has no "layers.2.identity"');
    const unknown = { ...spec, model: { ...spec.model, layers: [{ type: 'acme/rotation' }] } };
    expect(() => readFlow(unknown, weights)).toThrow('does not know "acme/rotation"');
  });
});

// The largest deviations when this was written were 3.1e-5 (cpu) and 5.9e-5 (wasm) of max(1, |value|) in values, and 1.3e-4
// and 4.7e-4 nats in log p and log-dets: spline couplings with steep bins, where a last bit of the input is multiplied by
// some hundreds. Everything but splines was within 4.0e-5 of both; autoregressive layers within 3.5e-6.
describe.each(['cpu', 'wasm'])('tfjs on %s agrees with the float64 reference', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it.each(prepared)('$name', async ({ packed, reference, x, z, event, contexts }) => {
    const model = await unpack<FlowModel>(packed);
    try {
      const found = evaluate(model, { x, z, event, contexts });
      const inverse = x.map((row, i) => reference.inverse(row, contexts[i]));
      const forward = z.map((row, i) => reference.forward(row, contexts[i]));
      const valuesOf = (list: typeof inverse): Float64Array[] => list.map(({ value }) => value);
      const logDetsOf = (list: typeof inverse): number[] => list.map(({ logDet }) => logDet);
      const values = Math.max(worst(found.z, valuesOf(inverse)), worst(found.x, valuesOf(forward)));
      const logs = Math.max(
        furthest(
          found.logProb,
          x.map((row, i) => reference.logProb(row, { context: contexts[i] })),
        ),
        furthest(found.inverseLogDet, logDetsOf(inverse)),
        furthest(found.forwardLogDet, logDetsOf(forward)),
      );
      expect(values).toBeLessThan(1e-4);
      expect(logs).toBeLessThan(1e-3);
    } finally {
      model.dispose();
    }
  });
});

interface Found {
  readonly z: Float64Array[];
  readonly x: Float64Array[];
  readonly logProb: readonly number[];
  readonly inverseLogDet: readonly number[];
  readonly forwardLogDet: readonly number[];
}

/** Both directions and the density, as tfjs has them. */
function evaluate(
  model: FlowModel,
  { x, z, event, contexts }: Pick<Prepared, 'x' | 'z' | 'event' | 'contexts'>,
): Found {
  return untracked(() => {
    const rows = toTensor(x, event);
    const context = toContext(contexts);
    const inverse = model.inverse(rows, context);
    const forward = model.forward(toTensor(z, model.latentShape), context);
    return {
      z: toRows(inverse.value),
      x: toRows(forward.value),
      logProb: numbers(model.logProb(rows, context)),
      inverseLogDet: numbers(inverse.logDet),
      forwardLogDet: numbers(forward.logDet),
    };
  });
}
