import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readData } from './read-data.ts';
import { parseRowRange } from './row-range.ts';

const folder = fileURLToPath(new URL('../../../../data/', import.meta.url));
const readme = await readFile(join(folder, 'README.md'), 'utf8');
const listed = Array.from(
  readme.matchAll(/^\| `(?<file>[^`]+)`\s*\|\s*(?<bytes>[\d,]+) \|.*\| `(?<sha256>[0-9a-f]{64})` \|$/gm),
  ({ groups }) => ({ file: groups!['file']!, bytes: groups!['bytes']!, sha256: groups!['sha256']! }),
);

describe('the data of the project', () => {
  it('are all listed in their README', async () => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile() && entry.name !== 'README.md')
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
    expect(listed.map(({ file }) => file).sort()).toEqual(files.sort());
  });

  it.each(listed)('$file has the hash of the README', async ({ file, bytes, sha256 }) => {
    const content = await readFile(join(folder, file));
    expect(content.length).toBe(Number(bytes.replaceAll(',', '')));
    expect(createHash('sha256').update(content).digest('hex')).toBe(sha256);
  });

  it('are digits with 17 levels', async () => {
    const images = await readData(join(folder, 'digits8x8/images.npy'));
    expect(images).toMatchObject({ shape: [1797, 8, 8], dtype: 'uint8' });
    expect(images.values.reduce((sum, value) => sum + value, 0) / images.values.length).toBeCloseTo(4.884165, 6);
    expect(images.values.reduce((most, value) => Math.max(most, value))).toBe(16);
    const labels = await readData(join(folder, 'digits8x8/labels.npy'), { rows: parseRowRange(':10') });
    expect(Array.from(labels.values)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('are hours of household power', async () => {
    const rows = await readData(join(folder, 'power-hourly/val.npy'));
    expect(rows).toMatchObject({ shape: [3067, 6], dtype: 'float32' });
    const stats = JSON.parse(await readFile(join(folder, 'power-hourly/stats.json'), 'utf8')) as {
      columns: string[];
      rows: Record<string, number>;
    };
    expect(stats.columns).toHaveLength(6);
    expect(stats.rows).toEqual({ train: 27610, val: 3067, test: 3408 });
  });
});
