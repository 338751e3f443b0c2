import * as tf from '@tensorflow/tfjs';
import type { Part } from '../../contracts/part.ts';
import { sizeOf } from '../../contracts/shape.ts';
import type { Random } from '../../random/random.ts';
import type { Clause, ProbesOf } from '../clause.ts';
import { levelsOf, roomAt } from '../domain.ts';
import { dot, firstNotFinite, largest, norm, valuesOf } from '../numbers.ts';
import { projectionWeights, projectRows, type Probe } from '../probe.ts';
import { drawLike, type Subject } from '../subject.ts';
import { show, violation } from '../violation.ts';

const ROWS = 16;

/**
 * Clause 6a: every variable gets a finite gradient, somewhere not zero, of a random projection of all results, in at
 * least one direction: no dead mask, no detached branch.
 */
export function variableGradientClause<P extends Part>(probes: ProbesOf<P>): Clause<P> {
  return {
    id: '6a',
    title: 'every variable receives a finite gradient that is not zero',
    applies: ({ part }) => part.variables.size > 0,
    check(subject) {
      const alive = new Set<string>();
      for (const probe of probes(subject).filter(({ differentiable }) => differentiable)) {
        const { gradients } = variableGradients(subject, probe, { rows: ROWS, random: subject.random });
        for (const [name, gradient] of gradients) {
          const bad = firstNotFinite(gradient);
          if (bad >= 0) {
            throw violation(`the gradient of "${name}" through ${probe.name} is ${gradient[bad]} (element ${bad})`);
          }
          if (largest(gradient) > 0) alive.add(name);
        }
      }
      // One element has nothing before it: the masked weights of an autoregressive layer then lead nowhere.
      if (subject.given.derived && sizeOf(subject.given.event) <= 1) return;
      const dead = namesOfVariables(subject).filter((name) => !alive.has(name) && !isUnused(subject, name));
      if (dead.length === 0) return;
      throw violation(`no gradient reaches ${dead.map((name) => `"${name}"`).join(', ')}`, {
        expected: 'a gradient that is not zero in at least one direction',
        remedy: 'Use the variable in the computation, or name it in "unusedVariables" when that is by design',
      });
    },
  };
}

/**
 * Clause 6b: along a random direction in the space of all variables, and along one in that of the inputs, the gradient is
 * what a finite difference says. It catches custom gradients that are wrong and branches that are cut off the tape, which
 * a gradient that is merely not zero hides.
 */
export function gradientValueClause<P extends Part>(probes: ProbesOf<P>): Clause<P> {
  return {
    id: '6b',
    title: 'gradients in inputs and variables agree with finite differences',
    check(subject) {
      for (const probe of probes(subject).filter(({ differentiable }) => differentiable)) {
        if (subject.part.variables.size > 0) checkVariableSlope(subject, probe);
        if (!probe.noisy) checkInputSlope(subject, probe);
      }
    },
  };
}

/** Two of four random directions must agree: a kink (ReLU, a knot of a spline) may spoil single ones. */
function checkVariableSlope<P extends Part>(subject: Subject<P>, probe: Probe<P>): void {
  let agreed = 0;
  let fault: unknown = null;
  for (let attempt = 0; attempt < 4 && agreed < 2; attempt++) {
    try {
      checkOneDirection(subject, probe, attempt);
      agreed++;
    } catch (error) {
      fault ??= error;
    }
  }
  if (agreed < 2) throw fault;
}

function checkOneDirection<P extends Part>(subject: Subject<P>, probe: Probe<P>, attempt: number): void {
  const random = subject.random.fork(`direction ${attempt}`);
  const { gradients, objective } = variableGradients(subject, probe, { rows: 4, random });
  const variables = [...subject.part.variables].filter(([, variable]) => variable.size > 0);
  const start = variables.map(([, variable]) => valuesOf(variable));
  const direction = variables.map(([name, variable]) => drawLike(variable, random.fork(name)));
  const move = (step: number): number => {
    variables.forEach(([, variable], k) => {
      const moved = start[k]!.map((value, i) => value + step * direction[k]![i]!);
      variable.assign(tf.tensor(moved, variable.shape));
    });
    return valuesOf(objective()).reduce((sum, value) => sum + value, 0);
  };
  const products = variables.map(([name], k) => Array.from(gradients.get(name)!, (g, i) => g * direction[k]![i]!));
  const slope = products.flat().reduce((sum, value) => sum + value, 0);
  const measured = STEPS.map((step) => (move(step) - move(-step)) / (2 * step));
  move(0);
  const allowed = 0.05 * norm(products.map(norm)) + 1e-3;
  assertSlope({ measured, slope, allowed, place: `in the variables through ${probe.name}` });
}

function checkInputSlope<P extends Part>(subject: Subject<P>, probe: Probe<P>): void {
  const { part, random } = subject;
  const inputs = probe.draw(ROWS, random.fork('slope'));
  const outputs = probe.run(part, inputs);
  const weights = projectionWeights(outputs, random.fork('weights'));
  const input = inputs[0]!;
  if (input.size === 0 || levelsOf(probe.domain) !== null) return;
  const objective = (moved: tf.Tensor): tf.Tensor => projectRows(probe.run(part, [moved, ...inputs.slice(1)]), weights);
  const gradient = valuesOf(tf.grad((moved: tf.Tensor) => connected(tf.sum(objective(moved)), [moved]))(input));
  const direction = directionFor(probe, valuesOf(input), random.fork('input direction'));
  const moved = (step: number): Float32Array =>
    valuesOf(
      objective(
        tf.add(
          input,
          tf.tensor(
            direction.map((value) => value * step),
            input.shape,
          ),
        ),
      ),
    );
  const measured = STEPS.map((step) => {
    const [above, below] = [moved(step), moved(-step)];
    return Array.from(above, (value, row) => (value - below[row]!) / (2 * step));
  });
  const size = input.size / ROWS;
  const faults: unknown[] = [];
  for (let row = 0; row < ROWS; row++) {
    const slopes = gradient.subarray(row * size, (row + 1) * size);
    const along = direction.subarray(row * size, (row + 1) * size);
    const scale = norm(slopes) * norm(along);
    try {
      assertSlope({
        measured: measured.map((rows) => rows[row]!),
        slope: dot(slopes, along),
        allowed: 0.05 * scale + 2e-3,
        place: `in the input of ${probe.name}, row ${row},`,
      });
    } catch (fault) {
      faults.push(fault);
    }
  }
  // A kink (ReLU, a knot) between the two points of a difference is no fault: a quarter of the rows may have one.
  if (faults.length > ROWS / 4) throw faults[0];
}

// Kinks of ReLU networks ask for small steps, rounding for large ones.
const STEPS = [3e-2, 1e-2, 3e-3, 1e-3, 3e-4, 1e-4];

function assertSlope(check: { measured: readonly number[]; slope: number; allowed: number; place: string }): void {
  const errors = check.measured.map((value) => Math.abs(value - check.slope));
  // No single step is right for all: rounding spoils small ones, kinks and curvature large ones.
  if (errors.some((error) => error <= check.allowed)) return;
  const best = check.measured[errors.indexOf(Math.min(...errors))] ?? NaN;
  throw violation(`the gradient ${check.place} is not the slope of the result`, {
    expected: `${show(best)} within ${show(check.allowed)} (central difference)`,
    found: show(check.slope),
    remedy: 'Check custom gradients, and that no branch is cut off the tape',
  });
}

/** Normal directions, shortened where the domain ends nearby. */
function directionFor<P extends Part>(probe: Probe<P>, values: Float32Array, random: Random): Float32Array {
  return random.normals(values.length).map((v, i) => {
    const room = roomAt(probe.domain, values[i]!);
    return Math.max(-3, Math.min(3, v)) * 0.3 * room;
  });
}

function variableGradients<P extends Part>(
  { part }: Subject<P>,
  probe: Probe<P>,
  { rows, random }: { readonly rows: number; readonly random: Random },
): { gradients: Map<string, Float32Array>; objective: () => tf.Tensor } {
  const inputs = probe.draw(rows, random.fork('gradient'));
  const weights = projectionWeights(probe.run(part, inputs), random.fork('weights'));
  const objective = (): tf.Tensor => projectRows(probe.run(part, inputs), weights);
  const variables = [...part.variables].filter(([, variable]) => variable.size > 0);
  const list = variables.map(([, variable]) => variable);
  const { grads } = tf.variableGrads(() => connected(tf.sum(objective()), list) as tf.Scalar, list);
  return { gradients: new Map(variables.map(([name, { name: key }]) => [name, valuesOf(grads[key]!)])), objective };
}

/** Adds 0 · Σ tensors: what does not matter then has the gradient 0, where tfjs would throw. */
export function connected(result: tf.Tensor, tensors: readonly tf.Tensor[]): tf.Tensor {
  return tensors.reduce((sum, tensor) => tf.add(sum, tf.mul(tf.sum(tensor), 0)), result);
}

function namesOfVariables<P extends Part>({ part }: Subject<P>): string[] {
  return [...part.variables].filter(([, variable]) => variable.size > 0).map(([name]) => name);
}

function isUnused<P extends Part>({ given }: Subject<P>, name: string): boolean {
  return given.unusedVariables.some((entry) =>
    entry.endsWith('*') ? name.startsWith(entry.slice(0, -1)) : entry === name,
  );
}
