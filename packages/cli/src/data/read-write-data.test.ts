import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataFormat } from './data-format.ts';
import { readData } from './read-data.ts';
import { parseRowRange } from './row-range.ts';
import { formatData, writeData } from './write-data.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowzoo-data-'));
});
afterAll(() => rm(folder, { recursive: true }));

const table = { shape: [3, 2], values: Float32Array.of(0, 1, 2, 3, 4, 255) };

describe('dataFormat', () => {
  it.each([
    ['a/b.npy', 'npy', false],
    ['b.CSV', 'csv', false],
    ['b.csv.gz', 'csv', true],
    ['train-images-idx3-ubyte', 'idx', false],
    ['train-images.idx3-ubyte', 'idx', false],
    ['train-images-idx3-ubyte.gz', 'idx', true],
    ['b.idx.gz', 'idx', true],
    ['sheet.png', 'png', false],
  ])('%s', (path, kind, compressed) => {
    expect(dataFormat(path)).toEqual({ kind, compressed });
  });

  it.each(['data', 'a.npz', 'a.gz', 'a.npy/b'])('%s does not tell', (path) => {
    expect(() => dataFormat(path)).toThrow(
      expect.objectContaining({
        code: 'E_DATA_FORMAT',
        message: expect.stringContaining('a file name that does not tell its format'),
      }),
    );
  });
});

describe('files', () => {
  it.each(['a.npy', 'a.csv', 'a.idx', 'a.idx.gz', 'a-ubyte.gz', 'a.npy.gz'])('gives %s back', async (name) => {
    const path = join(folder, name);
    await writeData(path, table);
    const read = await readData(path);
    expect(read.shape).toEqual(table.shape);
    expect(read.values).toEqual(table.values);
  });

  it('keeps the bytes the same', async () => {
    const path = join(folder, 'b.csv.gz');
    await writeData(path, table);
    const first = await readFile(path);
    await writeData(path, table);
    expect((await readFile(path)).equals(first)).toBe(true);
  });

  it('leaves nothing beside the file', async () => {
    const path = join(folder, 'alone.npy');
    await writeData(path, table);
    expect((await readdir(folder)).filter((name) => name.includes('alone'))).toEqual(['alone.npy']);
  });

  it('reads a part', async () => {
    const path = join(folder, 'c.npy');
    await writeData(path, table);
    const read = await readData(path, { rows: parseRowRange('-2:'), columns: ['1'] });
    expect(read).toEqual({ shape: [2, 1], values: Float32Array.of(3, 255), dtype: 'float32' });
  });

  it('draws a sheet and reads it as one image', async () => {
    const path = join(folder, 'd.png');
    const sheet = { imageShape: [1, 2], levels: 256, scale: 1, gap: 0, imagesPerRow: 1 };
    await writeData(path, table, { sheet });
    const read = await readData(path);
    expect(read).toEqual({ shape: [1, 3, 2, 1], values: table.values, dtype: 'uint8' });
  });
});

describe('bad files', () => {
  it.each([
    [
      'image.npy',
      Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
      'E_DATA_FORMAT',
      'expected a NumPy .npy array, got a PNG image',
    ],
    [
      'page.csv',
      Buffer.from('<html><body>Not found</body></html>'),
      'E_DATA_FORMAT',
      'expected comma-separated text, got an HTML page',
    ],
    [
      'cut-ubyte.gz',
      gzipSync(Buffer.alloc(1000)).subarray(0, 20),
      'E_DATA_FORMAT',
      'the gzip file is cut off or damaged',
    ],
    ['inner.idx.gz', gzipSync('a,b\n1,2\n'), 'E_DATA_FORMAT', 'expected an IDX array, got text that begins with "a,b"'],
    ['empty.npy', Buffer.alloc(0), 'E_DATA_EMPTY', 'expected a NumPy .npy array, got an empty file'],
  ])('%s', async (name, bytes, code, message) => {
    const path = join(folder, name);
    await writeFile(path, bytes);
    await expect(readData(path)).rejects.toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
    await expect(readData(path)).rejects.toThrow(path);
  });

  it('a missing file', async () => {
    const path = join(folder, 'missing.npy');
    await expect(readData(path)).rejects.toThrow(
      expect.objectContaining({
        code: 'E_FILE_READ',
        message: expect.stringContaining(`${path}: the file cannot be read (got `),
      }),
    );
  });

  it('values that do not fill the shape', async () => {
    await expect(writeData(join(folder, 'e.npy'), { ...table, shape: [2, 2] })).rejects.toThrow(
      'the values do not fill the shape (expected 4 values for shape [2, 2], got 6)',
    );
  });

  it('a folder that is not there', async () => {
    const path = join(folder, 'nowhere', 'a.npy');
    await expect(writeData(path, table)).rejects.toThrow(
      expect.objectContaining({
        code: 'E_FILE_WRITE',
        message: expect.stringContaining(`${path}: the file cannot be written`),
      }),
    );
  });

  it('a name that tells no format', () => {
    expect(() => formatData('out.txt', table)).toThrow('out.txt: a file name that does not tell its format');
  });
});
