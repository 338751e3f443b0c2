import * as tf from '@tensorflow/tfjs';
import { renderSheet, toPng, type DataTable } from '@flowzoo/cli';
import type { Model } from '@flowzoo/core';
import { inpaint, type CompletingModel } from '@flowzoo/zoo';
import type { Picture } from './page.ts';

const COUNT = 10;

/** Samples of a model that draws pixel after pixel, and images whose lower half it was not given. */
export async function pixelPictures(
  name: string,
  model: Model & CompletingModel,
  data: DataTable,
  { samples = 60 }: { readonly samples?: number } = {},
): Promise<Picture[]> {
  const [height, width] = model.eventShape as [number, number];
  const drawn = await model.sample(samples, { seed: 7 });
  const size = height * width;
  const shown = tf.tensor(data.values.slice(0, COUNT * size), [COUNT, ...model.eventShape]);
  const given = Math.floor(height / 2) * width;
  const mask = tf.tensor(
    Float32Array.from({ length: size }, (_, i) => (i < given ? 1 : 0)),
    [...model.eventShape],
  );
  const levels = model.levels!;
  const hidden = tf.tidy(() => tf.add(tf.mul(shown, mask), tf.mul(tf.sub(1, mask), 0.3 * (levels - 1))));
  const fillings = [];
  for (const seed of [1, 2]) fillings.push((await inpaint(model, { x: shown, mask, seed })).value);
  const strip = tf.concat([shown, hidden, ...fillings]);
  const pictures = [
    await sheet({ file: `${name}-samples.png`, caption: `${name}: exact samples`, images: drawn, levels }),
    await sheet({
      file: `${name}-completion.png`,
      caption: `${name}: real images, their lower half hidden, and two draws of it given the upper half`,
      images: strip,
      levels,
    }),
  ];
  tf.dispose([drawn, shown, mask, hidden, strip, ...fillings]);
  return pictures;
}

/** Images of levels 0 … K − 1 as a sheet, ten in a row. */
export async function sheet(options: {
  readonly file: string;
  readonly caption: string;
  readonly images: tf.Tensor;
  readonly levels: number;
  readonly imagesPerRow?: number;
}): Promise<Picture> {
  const { file, caption, images, levels, imagesPerRow = COUNT } = options;
  const values = (await images.data()) as Float32Array;
  const scale = images.shape[1]! > 16 ? 2 : 5;
  return { file, caption, png: toPng(renderSheet({ shape: images.shape, values }, { levels, scale, imagesPerRow })) };
}
