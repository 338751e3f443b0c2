import { FlowzooError } from '@flowzoo/core';
import type { DataValues } from './data-table.ts';
import { elementCount } from './data-table.ts';

/** How a sheet of images is drawn. */
export interface SheetOptions {
  /** `[height, width]` or `[height, width, channels]` of one image; needed for flat rows `[N, D]`. */
  readonly imageShape?: readonly number[] | undefined;
  /** Values are the integers 0 … levels − 1; when absent they lie in [0, 1]. Values outside are clipped. */
  readonly levels?: number | undefined;
  /** Pixels of the sheet per pixel of an image; when absent, as many as keep an image within 64 pixels. */
  readonly scale?: number | undefined;
  /** Images side by side; when absent, as many as make the sheet nearly square. */
  readonly imagesPerRow?: number | undefined;
  /** Pixels between images and around them, default 2. */
  readonly gap?: number | undefined;
  /** Grey level of the gaps from 0 to 255, default 128. */
  readonly background?: number | undefined;
}

/** A picture in memory: one byte per channel, rows from the top, channels of a pixel side by side. */
export interface Sheet {
  readonly width: number;
  readonly height: number;
  /** 1 for grey, 3 for red, green, blue. */
  readonly channels: number;
  readonly data: Uint8Array;
}

/** Beyond this many bytes a sheet is surely a mistake, such as a whole training set. */
const LARGEST_SHEET = 2 ** 28;

/**
 * Draws images side by side, read along rows, first image at the top left.
 *
 * @param images `[N, H, W]`, `[N, H, W, C]` with C = 1 or 3, or `[N, D]` with `imageShape`
 * @throws FlowzooError `E_OPTION` for options that do not fit, `E_EVENT_SHAPE` for shapes that are no images,
 * `E_DATA_EMPTY`, `E_DATA_NOT_FINITE`
 *
 * @example
 * const sheet = renderSheet({ shape: [2, 1, 1], values: Float32Array.of(0, 1) }, { scale: 1, gap: 0 });
 * // { width: 2, height: 1, channels: 1, data: [0, 255] }
 */
export function renderSheet(images: DataValues, options: SheetOptions = {}): Sheet {
  const { count, height, width, channels } = imageLayout(images, options.imageShape);
  const top = largestLevel(images.values, options.levels);
  const scale = positiveInteger('scale', options.scale ?? Math.max(1, Math.floor(64 / Math.max(height, width))));
  const gap = positiveInteger('gap', options.gap ?? 2, 0);
  const nearSquare = Math.ceil(Math.sqrt((count * (height * scale + gap)) / (width * scale + gap)));
  const across = Math.min(count, positiveInteger('imagesPerRow', options.imagesPerRow ?? nearSquare));
  const down = Math.ceil(count / across);

  const stepX = width * scale + gap;
  const stepY = height * scale + gap;
  const sheetWidth = across * stepX + gap;
  const sheetHeight = down * stepY + gap;
  const size = sheetWidth * sheetHeight * channels;
  if (size > LARGEST_SHEET) {
    throw new FlowzooError('E_OPTION', `a sheet of ${count} images is too large`, {
      expected: `at most ${LARGEST_SHEET} bytes`,
      found: `${sheetWidth} × ${sheetHeight} pixels`,
      remedy: 'Choose fewer images or a smaller scale',
    });
  }
  const data = new Uint8Array(size).fill(positiveInteger('background', options.background ?? 128, 0));
  for (let image = 0; image < count; image++) {
    const left = gap + (image % across) * stepX;
    const upper = gap + Math.floor(image / across) * stepY;
    for (let y = 0; y < height * scale; y++) {
      for (let x = 0; x < width * scale; x++) {
        const source = ((image * height + Math.floor(y / scale)) * width + Math.floor(x / scale)) * channels;
        const target = ((upper + y) * sheetWidth + left + x) * channels;
        for (let channel = 0; channel < channels; channel++) {
          const value = images.values[source + channel]! / top;
          data[target + channel] = Math.round(255 * Math.min(1, Math.max(0, value)));
        }
      }
    }
  }
  return { width: sheetWidth, height: sheetHeight, channels, data };
}

interface ImageLayout {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

function imageLayout({ shape, values }: DataValues, imageShape: readonly number[] | undefined): ImageLayout {
  const image = imageShape ?? shape.slice(1);
  const [height = 0, width = 0, channels = 1] = image;
  const fits = (image.length === 2 || image.length === 3) && (channels === 1 || channels === 3);
  const count = values.length / elementCount(image);
  if (values.length === 0) throw new FlowzooError('E_DATA_EMPTY', 'no images to draw');
  if (!fits || elementCount(shape.slice(1)) !== elementCount(image)) {
    throw new FlowzooError('E_EVENT_SHAPE', 'these are no images', {
      expected:
        imageShape === undefined
          ? '[N, height, width] or [N, height, width, channels] with 1 or 3 channels, or an image shape for flat rows'
          : `rows of ${image.join(' × ')} values, with 1 or 3 channels`,
      found: `shape [${shape.join(', ')}]`,
    });
  }
  return { count, height, width, channels };
}

/** The value that is drawn white. */
function largestLevel(values: Float32Array, levels: number | undefined): number {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad !== -1) {
    throw new FlowzooError('E_DATA_NOT_FINITE', 'a pixel that is not a finite number', {
      expected: 'finite values',
      found: `${values[bad]} at element ${bad}`,
    });
  }
  if (levels !== undefined) return positiveInteger('levels', levels, 2) - 1;
  // Samples of a model may stray a little beyond [0, 1]; integers beyond 1 are raw pixels, and would all be drawn white.
  if (values.some((value) => value > 1) && values.every((value) => Number.isInteger(value))) {
    throw new FlowzooError('E_OPTION', 'pixels are integers, but the number of levels is not given', {
      at: 'levels',
      expected: 'values from 0 to 1, or the number of levels, such as 256',
      found: `values up to ${values.reduce((most, value) => Math.max(most, value))}`,
    });
  }
  return 1;
}

function positiveInteger(name: string, value: number, least = 1): number {
  if (Number.isInteger(value) && value >= least) return value;
  throw new FlowzooError('E_OPTION', 'wrong option for a sheet of images', {
    at: name,
    expected: `an integer ≥ ${least}`,
    found: String(value),
  });
}
