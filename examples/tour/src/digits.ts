import * as tf from '@tensorflow/tfjs';
import { renderSheet, toPng, type DataTable } from '@flowzoo/cli';
import type { FlowModel } from '@flowzoo/core';
import { inpaint } from '@flowzoo/zoo';
import type { Picture } from './page.ts';

const LEVELS = 17;
const COUNT = 10;

/** Real digits, to look at beside the samples. */
export async function realDigits(data: DataTable): Promise<Picture> {
  const real = tf.tidy(() => tf.slice(tf.tensor(data.values, [...data.shape]), [0, 0, 0], [60, 8, 8]));
  const picture = await sheet('digits-real.png', 'real digits of the evaluation rows', real);
  real.dispose();
  return picture;
}

/** Samples at two temperatures, and digits whose lower half was hidden and filled in. */
export async function digitPictures(
  name: string,
  flow: FlowModel,
  data: DataTable,
  { steps = 300 }: { readonly steps?: number } = {},
): Promise<Picture[]> {
  const real = tf.tensor(data.values, [...data.shape]);
  const samples = await flow.sample(60, { seed: 7 });
  const cool = await flow.sample(60, { seed: 7, temperature: 0.8 });
  const shown = tf.slice(real, [0, 0, 0], [COUNT, 8, 8]);
  const mask = tf.tensor(
    Float32Array.from({ length: 64 }, (_, i) => (i < 32 ? 1 : 0)),
    [8, 8],
  );
  const climbed = await inpaint(flow, { x: shown, mask, method: 'ascent', steps, seed: 3 });
  const sampled = await inpaint(flow, { x: shown, mask, method: 'langevin', steps: 2 * steps, seed: 3 });
  const hidden = tf.tidy(() => tf.add(tf.mul(shown, mask), tf.mul(tf.sub(1, mask), 4)));
  const strip = tf.concat([shown, hidden, climbed.value, sampled.value]);
  const pictures = [
    await sheet(`${name}-samples.png`, `${name}: exact samples`, samples),
    await sheet(`${name}-samples-cool.png`, `${name}: samples at temperature 0.8`, cool),
    await sheet(
      `${name}-inpainting.png`,
      `${name}: real digits, their lower half hidden, filled in by gradient ascent, and by a Langevin chain (acceptance ${sampled.acceptance!.toFixed(2)})`,
      strip,
    ),
  ];
  tf.dispose([real, samples, cool, shown, mask, climbed.value, sampled.value, hidden, strip]);
  return pictures;
}

async function sheet(file: string, caption: string, images: tf.Tensor): Promise<Picture> {
  const values = (await images.data()) as Float32Array;
  const png = toPng(renderSheet({ shape: images.shape, values }, { levels: LEVELS, scale: 5, imagesPerRow: COUNT }));
  return { file, caption, png };
}
