import { describe, expect, it } from 'vitest';
import { renderSheet } from './sheet.ts';

describe('renderSheet', () => {
  it('draws images row by row with gaps', () => {
    const images = { shape: [3, 1, 2], values: Float32Array.of(0, 1, 1, 0, 0.5, 0.5) };
    const sheet = renderSheet(images, { scale: 1, gap: 1, imagesPerRow: 2, background: 9 });
    expect(sheet).toMatchObject({ width: 7, height: 5, channels: 1 });
    // prettier-ignore
    expect(Array.from(sheet.data)).toEqual([
      9, 9, 9, 9, 9, 9, 9,
      9, 0, 255, 9, 255, 0, 9,
      9, 9, 9, 9, 9, 9, 9,
      9, 128, 128, 9, 9, 9, 9,
      9, 9, 9, 9, 9, 9, 9,
    ]);
  });

  it('enlarges pixels', () => {
    const sheet = renderSheet({ shape: [1, 1, 2], values: Float32Array.of(0, 1) }, { scale: 2, gap: 0 });
    expect(Array.from(sheet.data)).toEqual([0, 0, 255, 255, 0, 0, 255, 255]);
    expect(renderSheet({ shape: [1, 8, 8], values: new Float32Array(64) }).width).toBe(8 * 8 + 2 * 2);
  });

  it('keeps colours together', () => {
    const sheet = renderSheet({ shape: [2, 1, 1, 3], values: Float32Array.of(1, 0, 0, 0, 0, 1) }, { scale: 1, gap: 0 });
    expect(sheet).toMatchObject({ width: 2, height: 1, channels: 3 });
    expect(Array.from(sheet.data)).toEqual([255, 0, 0, 0, 0, 255]);
  });

  it('draws levels and clips what lies outside', () => {
    const levels = { shape: [1, 1, 4], values: Float32Array.of(-3, 0, 8, 20) };
    expect(Array.from(renderSheet(levels, { levels: 17, scale: 1, gap: 0 }).data)).toEqual([0, 0, 128, 255]);
    const unit = { shape: [1, 1, 2], values: Float32Array.of(-0.25, 1.25) };
    expect(Array.from(renderSheet(unit, { scale: 1, gap: 0 }).data)).toEqual([0, 255]);
  });

  it('takes flat rows and an image shape', () => {
    const sheet = renderSheet(
      { shape: [2, 6], values: new Float32Array(12) },
      { imageShape: [2, 3], scale: 1, gap: 0 },
    );
    expect([sheet.width, sheet.height]).toEqual([6, 2]);
  });

  it.each([
    [16, 1, 1, 4, 4],
    [20, 1, 1, 5, 4],
    [1, 1, 1, 1, 1],
    [4, 4, 1, 4, 4],
  ])('makes a sheet of %d images of %d × %d nearly square', (count, height, width, pixelsWide, pixelsHigh) => {
    const images = { shape: [count, height, width], values: new Float32Array(count * height * width) };
    expect(renderSheet(images, { scale: 1, gap: 0 })).toMatchObject({ width: pixelsWide, height: pixelsHigh });
  });

  const image = { shape: [1, 1, 2], values: Float32Array.of(0, 1) };
  it.each([
    [
      'flat rows without image shape',
      { shape: [2, 4], values: new Float32Array(8) },
      {},
      'E_EVENT_SHAPE',
      'these are no images',
    ],
    [
      'another image shape',
      { shape: [2, 4], values: new Float32Array(8) },
      { imageShape: [3, 3] },
      'E_EVENT_SHAPE',
      'these are no images (expected rows of 3 × 3 values, with 1 or 3 channels, got shape [2, 4])',
    ],
    [
      'two channels',
      { shape: [1, 1, 1, 2], values: new Float32Array(2) },
      {},
      'E_EVENT_SHAPE',
      'got shape [1, 1, 1, 2]',
    ],
    [
      'integers without levels',
      { shape: [1, 1, 2], values: Float32Array.of(0, 255) },
      {},
      'E_OPTION',
      'levels: pixels are integers, but the number of levels is not given (expected values from 0 to 1, or the number of levels, such as 256, got values up to 255)',
    ],
    [
      'one level',
      image,
      { levels: 1 },
      'E_OPTION',
      'levels: wrong option for a sheet of images (expected an integer ≥ 2, got 1)',
    ],
    ['half a scale', image, { scale: 0.5 }, 'E_OPTION', 'scale: wrong option'],
    ['too large a sheet', image, { scale: 40000 }, 'E_OPTION', 'a sheet of 1 images is too large'],
    ['no images', { shape: [0, 2, 2], values: new Float32Array(0) }, {}, 'E_DATA_EMPTY', 'no images to draw'],
    [
      'NaN',
      { shape: [1, 1, 2], values: Float32Array.of(0, NaN) },
      {},
      'E_DATA_NOT_FINITE',
      'a pixel that is not a finite number (expected finite values, got NaN at element 1)',
    ],
  ])('%s', (_, images, options, code, message) => {
    expect(() => renderSheet(images, options)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });
});
