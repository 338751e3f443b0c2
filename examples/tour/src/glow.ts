import * as tf from '@tensorflow/tfjs';
import type { DataTable } from '@flowzoo/cli';
import type { FlowModel } from '@flowzoo/core';
import { alongDirection, attributeDirection, interpolate } from '@flowzoo/layers-glow';
import type { Picture } from './page.ts';
import { sheet } from './pixels.ts';

const TEMPERATURES = [0.5, 0.7, 0.85, 1];
const STEPS = 10;
const PAIRS = [
  [0, 1],
  [2, 3],
  [4, 5],
] as const;

/** Samples of a Glow at several temperatures, one row each, and real images joined through the latents. */
export async function glowPictures(
  name: string,
  flow: FlowModel,
  data: DataTable,
  { levels }: { readonly levels: number },
): Promise<Picture[]> {
  const rows: tf.Tensor[] = [];
  for (const temperature of TEMPERATURES) rows.push(await flow.sample(STEPS, { seed: 7, temperature }));
  const samples = tf.concat(rows);
  const size = flow.eventShape.reduce((product, each) => product * each, 1);
  const image = (row: number): tf.Tensor =>
    tf.tensor(data.values.slice(row * size, (row + 1) * size), [1, ...flow.eventShape]);
  const strips = tf.tidy(() =>
    tf.concat(PAIRS.map(([a, b]) => interpolate(flow, image(a), image(b), { steps: STEPS }))),
  );
  const pictures = [
    await sheet({
      file: `${name}-temperatures.png`,
      caption: `${name}: samples at temperatures ${TEMPERATURES.join(', ')}, one row each, from the same latents`,
      images: samples,
      levels,
    }),
    await sheet({
      file: `${name}-interpolation.png`,
      caption: `${name}: between real images (first and last of each row), straight through the latents`,
      images: strips,
      levels,
    }),
  ];
  tf.dispose([...rows, samples, strips]);
  return pictures;
}

/** What a Glow of digits takes for being an eight and not a three: real digits moved along the difference of mean latents. */
export async function attributePicture(
  name: string,
  flow: FlowModel,
  data: DataTable,
  { labels, levels }: { readonly labels: ArrayLike<number>; readonly levels: number },
): Promise<Picture> {
  const size = flow.eventShape.reduce((product, each) => product * each, 1);
  const images = tf.tensor(Float32Array.from(data.values), [data.shape[0]!, ...flow.eventShape]);
  const rowsOf = (digit: number): number[] =>
    Array.from(labels).flatMap((label, row) => (label === digit ? [row] : []));
  const [threes, eights] = [rowsOf(3), rowsOf(8)];
  const amounts = Array.from({ length: STEPS }, (_, i) => (1.25 * i) / (STEPS - 1));
  const strips = tf.tidy(() => {
    const direction = attributeDirection(flow, tf.gather(images, eights), tf.gather(images, threes));
    return tf.concat(
      threes.slice(0, 5).map((row) => {
        const example = tf.slice(tf.reshape(images, [-1, size]), [row, 0], [1, size]);
        return alongDirection(flow, tf.reshape(example, [1, ...flow.eventShape]), direction, { amounts });
      }),
    );
  });
  const picture = await sheet({
    file: `${name}-attribute.png`,
    caption: `${name}: real threes (left), moved along the mean latent of eights minus that of threes`,
    images: strips,
    levels,
  });
  tf.dispose([images, strips]);
  return picture;
}

/** Samples of a class-conditional Glow: a row of classes 0 … 9, drawn several times. */
export async function classPicture(
  name: string,
  flow: FlowModel,
  { levels, rows = 6 }: { readonly levels: number; readonly rows?: number },
): Promise<Picture> {
  const classes = flow.contextSize;
  const labels = Array.from({ length: rows * classes }, (_, i) => i % classes);
  const context = tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), classes), 'float32'));
  const samples = await flow.sample(labels.length, { seed: 7, temperature: 0.8, context });
  const picture = await sheet({
    file: `${name}-classes.png`,
    caption: `${name}: every column is one class, temperature 0.8`,
    images: samples,
    levels,
    imagesPerRow: classes,
  });
  tf.dispose([context, samples]);
  return picture;
}
