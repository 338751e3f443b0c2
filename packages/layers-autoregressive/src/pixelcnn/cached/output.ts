import type { PointwiseTaps } from '../pointwise.ts';
import { flat } from './layout.ts';
import type { Place, ProgramBuilder } from './program.ts';

/** The output layers: relu, 1×1, relu, 1×1; gives back where the parameters of the head will be. */
export function addOutput(
  builder: ProgramBuilder,
  maps: readonly [PointwiseTaps, PointwiseTaps],
  features: Place,
): Place {
  let source = features;
  for (const { inputs, outputs, weight, bias } of maps) {
    const active = builder.place({ images: builder.images, size: inputs });
    const target = builder.place({ images: builder.images, size: outputs });
    builder.position.relu(inputs, source, active);
    const addend = bias && builder.constant(bias);
    builder.position.product({ addend, source: active, weights: weight, outputs: flat(outputs), target });
    source = target;
  }
  return source;
}
