import { join } from 'node:path';
import { readData } from '@flowzoo/cli';
import { FlowzooError, isFlowzooError, type DataArray } from '@flowzoo/core';

/** Binary images in three parts. */
export interface Images {
  readonly training: DataArray;
  readonly validation: DataArray;
  readonly test: DataArray;
}

const FILES = {
  training: 'train-images-idx3-ubyte.gz',
  validation: 'valid-images-idx3-ubyte.gz',
  test: 'test-images-idx3-ubyte.gz',
} as const;

/**
 * Reads the three files of the fixed binarization from a folder, `[rows, height, width]` of zeros and ones each.
 *
 * @throws E_FILE_READ saying which files are needed and where they come from, E_DATA_FORMAT when pixels are no bits
 */
export async function readImages(folder: string): Promise<Images> {
  return {
    training: await readBits(join(folder, FILES.training)),
    validation: await readBits(join(folder, FILES.validation)),
    test: await readBits(join(folder, FILES.test)),
  };
}

async function readBits(path: string): Promise<DataArray> {
  const { shape, values } = await read(path);
  const bad = values.findIndex((value) => value !== 0 && value !== 1);
  if (bad >= 0) {
    throw new FlowzooError('E_DATA_FORMAT', 'the images are not binary', {
      at: path,
      expected: 'zeros and ones, each pixel drawn once',
      found: String(values[bad]),
      remedy: 'Take the fixed binarization, not MNIST itself: examples/vae/README.md says where it is',
    });
  }
  return { shape, values: Uint8Array.from(values) };
}

async function read(path: string): ReturnType<typeof readData> {
  try {
    return await readData(path);
  } catch (error) {
    if (!isFlowzooError(error) || error.code !== 'E_FILE_READ') throw error;
    throw new FlowzooError('E_FILE_READ', 'the binarized MNIST images are not there', {
      at: path,
      expected: `a folder with ${Object.values(FILES).join(', ')}`,
      remedy: 'examples/vae/README.md says where to get them; then pass the folder: --data FOLDER',
      cause: error,
    });
  }
}
