import type * as tf from '@tensorflow/tfjs';
import { checkArguments, equalShapes, FlowzooError, formatShape, sizeOf, type Shape } from '@flowzoo/core';
import type { ImageSampleOptions } from './image-model.ts';

/** Options of a completion. */
export interface CompletionOptions extends ImageSampleOptions {
  /** `[batch, ...event]`, integers 0 … K − 1; the values of hidden elements are ignored. */
  readonly given: tf.Tensor;
  /** 1 = given, 0 = to be drawn; `[...event]` for all images or `[batch, ...event]`. */
  readonly mask: tf.Tensor;
}

/** Completed images. */
export interface CompletionResult {
  /** `[batch, ...event]`, given elements exactly as they came. The caller disposes. */
  readonly value: tf.Tensor;
  /**
   * True when in every image all given elements come before all drawn ones in raster order: then the drawn ones follow
   * the model's own conditional. False: an approximation, in which later given elements do not inform earlier drawn ones.
   */
  readonly exact: boolean;
}

/** Checked numbers of a completion. */
export interface PreparedCompletion {
  /** `[batch, ...event]`, hidden elements 0. */
  readonly levels: Float32Array;
  /** 1 = given. */
  readonly visible: Uint8Array;
  readonly exact: boolean;
}

/** @throws E_RANK, E_EVENT_SHAPE, E_DTYPE, E_MASK, E_OUT_OF_DOMAIN */
export async function prepareCompletion(
  { given, mask }: Pick<CompletionOptions, 'given' | 'mask'>,
  model: { readonly place: string; readonly eventShape: Shape; readonly levels: number },
): Promise<PreparedCompletion> {
  const { place, eventShape } = model;
  if (given?.dtype !== 'int32') checkArguments(given, undefined, { place, name: 'given', eventShape, contextSize: 0 });
  else if (!equalShapes(given.shape.slice(1), eventShape)) {
    throw new FlowzooError('E_EVENT_SHAPE', 'given has the wrong event shape', {
      at: place,
      expected: formatShape(eventShape),
      found: formatShape(given.shape.slice(1)),
    });
  }
  const batch = given.shape[0]!;
  const whole = equalShapes(mask.shape, given.shape);
  if (!whole && !equalShapes(mask.shape, eventShape)) {
    throw new FlowzooError('E_MASK', 'the mask has the wrong shape', {
      at: place,
      expected: `${formatShape(eventShape)} or ${formatShape(given.shape)}`,
      found: formatShape(mask.shape),
      remedy: 'Give one for all images, or one per image',
    });
  }
  const [values, shown] = [await given.data(), await mask.data()];
  const size = sizeOf(eventShape);
  const levels = new Float32Array(batch * size);
  const visible = new Uint8Array(batch * size);
  let exact = true;
  for (let i = 0; i < batch; i++) {
    let hidden = false;
    for (let element = 0; element < size; element++) {
      const at = i * size + element;
      const shows = shown[whole ? at : element]!;
      if (shows !== 0 && shows !== 1) throw badMask(place, element, shows);
      if (shows === 0) {
        hidden = true;
        continue;
      }
      if (hidden) exact = false;
      const level = values[at]!;
      if (!Number.isInteger(level) || level < 0 || level >= model.levels) throw badLevel(model, at, level);
      levels[at] = level;
      visible[at] = 1;
    }
  }
  return { levels, visible, exact };
}

function badMask(place: string, element: number, found: number): FlowzooError {
  return new FlowzooError('E_MASK', 'a mask holds only 1 (given) and 0 (to be drawn)', {
    at: place,
    expected: '0 or 1',
    found: `${found} at element ${element}`,
    remedy: 'Round it first: tf.cast(tf.greater(mask, 0.5), "float32")',
  });
}

function badLevel(
  model: { place: string; levels: number; eventShape: Shape },
  at: number,
  found: number,
): FlowzooError {
  const size = sizeOf(model.eventShape);
  return new FlowzooError('E_OUT_OF_DOMAIN', 'a given element is no level of the model', {
    at: model.place,
    expected: `whole numbers 0 … ${model.levels - 1}`,
    found: `${found} in image ${Math.floor(at / size)}, element ${at % size}`,
  });
}
