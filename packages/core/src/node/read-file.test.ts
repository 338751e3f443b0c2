import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFileBytes } from './read-file.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowzoo-read-'));
  await writeFile(join(folder, 'three'), Uint8Array.of(1, 2, 3));
});
afterAll(() => rm(folder, { recursive: true }));

describe('readFileBytes', () => {
  it('reads all bytes into a plain Uint8Array', async () => {
    const bytes = await readFileBytes(join(folder, 'three'));
    expect(bytes.constructor).toBe(Uint8Array);
    expect([...bytes]).toEqual([1, 2, 3]);
  });

  it.each([
    ['a missing file', 'none', /none: the file cannot be read \(got ENOENT: .*\)\. Check the path$/],
    ['a folder', '.', /: the file cannot be read \(got EISDIR: .*\)\. This is a folder: name a file in it$/],
    ['a path through a file', 'three/x', /three\/x: the file cannot be read \(got ENOTDIR: .*\)\. Check the path$/],
  ])('names the path and the remedy of %s', async (_name, path, message) => {
    await expect(readFileBytes(join(folder, path))).rejects.toMatchObject({
      code: 'E_FILE_READ',
      message: expect.stringMatching(message),
    });
  });

  it('says from where a relative path is looked up', async () => {
    await expect(readFileBytes('no-such-file.npy')).rejects.toThrow(
      `Check the path: it is looked up from ${process.cwd()}`,
    );
  });
});
