import * as tf from '@tensorflow/tfjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { BACKENDS, leaked, normal } from '../../test/numeric.ts';
import { drawVariables, expectVariableGradients, take } from '../../test/part-checks.ts';
import type { Conditioner } from '../contracts/conditioner.ts';
import { PartBase } from '../contracts/part-base.ts';
import { formatShape, type Shape } from '../contracts/shape.ts';
import { linear } from '../ops/index.ts';
import type { ConditionerDefinition } from '../registry/plugin.ts';
import { testBuild } from '../registry/test-build.ts';
import { bases, DiagonalNormal } from './index.ts';

/** The smallest conditioner: a matrix times the context. */
class Matrix extends PartBase implements Conditioner {
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly contextSize: number;
  readonly weight: tf.Variable;

  constructor(options: { inputShape: Shape; outputShape: Shape; contextSize: number }) {
    super('matrix', 'base.conditioner');
    this.inputShape = options.inputShape;
    this.outputShape = options.outputShape;
    this.contextSize = options.contextSize;
    this.weight = this.addVariable('weight', tf.zeros([this.contextSize, this.outputShape[0]!]));
  }

  apply(input: tf.Tensor, context?: tf.Tensor): tf.Tensor {
    if (formatShape(input.shape) !== `[${context!.shape[0]}, 0]`) throw new Error(`input ${formatShape(input.shape)}`);
    return linear(context as tf.Tensor2D, this.weight as unknown as tf.Tensor2D);
  }
}

const matrix: ConditionerDefinition = { version: 1, schema: {}, create: (_config, build) => new Matrix(build) };

function create(contextSize: number): DiagonalNormal {
  const site = testBuild({
    path: 'base',
    contextSize,
    parts: { conditioners: { matrix } },
    shapes: { eventShape: [2] },
  });
  const config = { type: 'diagonal-normal', mean: 1, logScale: 0, trainable: true, conditioner: { type: 'matrix' } };
  return bases['diagonal-normal']!.create(config, site) as DiagonalNormal;
}

describe.each(BACKENDS)('a diagonal normal with a conditioner on %s', (backend) => {
  beforeEach(async () => void (await tf.setBackend(backend)));

  it('adds mean and log-scale of each element, side by side, from the context', () => {
    const base = create(1);
    expect([...base.variables.keys()]).toEqual(['mean', 'logScale', 'conditioner.weight']);
    tf.tidy(() => base.variables.get('conditioner.weight')!.assign(tf.tensor2d([[1, 2, 3, 4]])));
    const context = tf.tensor2d([[0], [0.5]]);
    const x = tf.tensor2d([
      [1, 1],
      [1.5, 2.5],
    ]);
    const logProb = take(base.logProb(x, context));
    // At the means themselves only the scales remain: context 0.5 adds 1 and 2 to the log-scales.
    expect(logProb[0]).toBeCloseTo(-Math.log(2 * Math.PI), 5);
    expect(logProb[1]).toBeCloseTo(-Math.log(2 * Math.PI) - 3, 5);
    tf.dispose([context, x]);
    base.dispose();
  });

  it('trains, draws by context and leaves nothing behind', () => {
    const [context, x] = [normal([3, 2], 1), normal([3, 2], 2)];
    const count = leaked(() => {
      const base = create(2);
      drawVariables(base, 3);
      expectVariableGradients(base, () => tf.sum(base.logProb(x, context)) as tf.Scalar, 2e-2);
      const draw = base.rsample(3, { seed: 1, context, temperature: 0 });
      const rows = Array.from(draw.value.dataSync());
      expect(rows.slice(0, 2)).not.toEqual(rows.slice(2, 4));
      tf.dispose([draw.value, draw.logProb]);
      base.dispose();
    });
    expect(count).toBe(0);
    tf.dispose([context, x]);
  });
});

describe('a conditioner of a base', () => {
  it('is refused where there is no context', () => {
    expect(() => create(0)).toThrow('base (diagonal-normal): a conditioner of a base needs a context');
  });

  it('is refused with another shape', () => {
    const conditioner = new Matrix({ inputShape: [0], outputShape: [3], contextSize: 1 });
    expect(() => new DiagonalNormal({ eventShape: [2], conditioner })).toThrow(
      'the conditioner has another shape than the base needs (expected [0] → [4], got [0] → [3])',
    );
    conditioner.dispose();
  });
});
