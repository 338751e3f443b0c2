import type * as tf from '@tensorflow/tfjs';
import { FlowzooError, formatShape, sizeOf } from '@flowzoo/core';
import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { dataFormat, formatData, writeData } from './data/index.ts';
import type { DataTraits } from './model-argument.ts';
import { soundOf, toSamples } from './sound.ts';
import type { Terminal } from './terminal.ts';

/**
 * Checks, before any work is done for it, that a result can be written.
 *
 * @throws E_DATA_FORMAT for a name that tells no format, E_FILE_WRITE when the folder is missing or closed
 */
export async function checkOut(path: string | undefined): Promise<void> {
  if (path === undefined) return;
  dataFormat(path);
  const folder = dirname(path);
  const at = (await stat(path).catch(() => null))?.isDirectory() === true ? path : folder;
  try {
    if (at === path) throw new Error('this is a folder');
    await access(folder, constants.W_OK);
    if (!(await stat(folder)).isDirectory()) throw new Error(`${folder} is no folder`);
  } catch (cause) {
    throw new FlowzooError('E_FILE_WRITE', 'the file cannot be written', {
      at: path,
      found: cause instanceof Error ? cause.message : String(cause),
      remedy: 'Name a file in a folder that exists and may be written to',
      cause,
    });
  }
}

/** How results are written. */
export interface WriteOptions extends Partial<DataTraits> {
  /** A file, or undefined for CSV on standard output. */
  readonly out: string | undefined;
}

/**
 * Writes a tensor whose first axis counts rows, and consumes it.
 *
 * @throws E_FILE_WRITE, E_DATA_FORMAT, E_EVENT_SHAPE for a sheet of what is no image, E_OPTION for the sound of what is none
 */
export async function writeTensor(tensor: tf.Tensor, options: WriteOptions, terminal: Terminal): Promise<void> {
  const values = (await tensor.data()).slice() as Float32Array;
  const shape = [...tensor.shape];
  tensor.dispose();
  const { out, imageShape, levels, audio } = options;
  if (out === undefined) {
    const flat = { shape: [shape[0]!, sizeOf(shape.slice(1))], values };
    terminal.out(new TextDecoder().decode(formatData('standard-output.csv', flat)).trimEnd());
    return;
  }
  if (dataFormat(out).kind === 'png' && shape.length === 2 && imageShape === undefined) {
    throw new FlowzooError('E_EVENT_SHAPE', 'these rows are no images', {
      at: out,
      expected: '[rows, height, width] or [rows, height, width, channels] for a .png',
      found: formatShape(shape),
      remedy: 'Write them to a .npy or .csv',
    });
  }
  if (soundOf(out, { audio, levels }) !== undefined) {
    const samples = toSamples(values, audio!, levels);
    await writeData(out, { shape, values: samples }, { sampleRate: audio!.sampleRate });
    return;
  }
  await writeData(
    out,
    { shape, values },
    { sheet: { imageShape: shape.length === 2 ? imageShape : undefined, levels } },
  );
}
