import type * as tf from '@tensorflow/tfjs';
import type { Bijector } from '../../contracts/bijector.ts';
import type { Clause } from '../clause.ts';
import { largest, largestDifference, valuesOf } from '../numbers.ts';
import type { Subject } from '../subject.ts';
import { contextRows, dataRows, latentRows } from '../suites/bijector-inputs.ts';
import { show, violation } from '../violation.ts';

/** Clause 3: f(f⁻¹(x)) = x and f⁻¹(f(z)) = z; a layer that adds noise to data only promises the first. */
export const roundTripClause: Clause<Bijector> = {
  id: '3',
  title: 'data → latents → data and latents → data → latents come back',
  check: checkRoundTrips,
};

/** Both round trips, for whatever parameters the subject has. */
export function checkRoundTrips(subject: Subject<Bijector>): void {
  const { part, random } = subject;
  const context = contextRows(subject, ROWS, random.fork('context'));
  const x = dataRows(subject, ROWS, random.fork('round trip x'));
  const z = part.inverse(x, context).value;
  compare(subject, { start: x, between: z, back: part.forward(z, context).value, order: 'x → z → x' });
  if (part.traits.lowerBound) return;
  const latent = latentRows(subject, ROWS, random.fork('round trip z'));
  const image = part.forward(latent, context).value;
  compare(subject, { start: latent, between: image, back: part.inverse(image, context).value, order: 'z → x → z' });
}

const ROWS = 8;

function compare(
  { part, given }: Subject<Bijector>,
  trip: { start: tf.Tensor; between: tf.Tensor; back: tf.Tensor; order: string },
): void {
  const [start, between, back] = [valuesOf(trip.start), valuesOf(trip.between), valuesOf(trip.back)];
  const { difference, index } = largestDifference(start, back);
  const { forward, inverse } = part.traits.method;
  const slack = forward === 'iterative' || inverse === 'iterative' ? 10 : 1;
  const scale = Math.max(1, largest(start), largest(between));
  const allowed = given.tolerance.roundTrip * slack * (Number.isFinite(scale) ? scale : 1);
  if (difference <= allowed) return;
  throw violation(`${trip.order} does not come back: off by ${show(difference)}`, {
    expected: `${show(start[index]!)} within ${show(allowed)}`,
    found: show(back[index]!),
    remedy: 'Check that each direction undoes the other; data outside the domain of the layer need the option "domain"',
  });
}
