import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFileAtomically } from './atomic-file.ts';
import { nodeFileSystem, type FileSystem } from './file-system.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowzoo-write-'));
});
afterEach(() => rm(folder, { recursive: true }));

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');

const systemError = (code: string): Error => Object.assign(new Error(`${code}: told by a test`), { code });

/** A disk on which `call` fails from its `nth` use on, once the real call has left half of its work behind. */
function failing(call: 'writeNew' | 'rename' | 'syncFolderOf', nth: number, code: string): FileSystem {
  let uses = 0;
  return {
    ...nodeFileSystem,
    async [call](first: string, second: never) {
      if (++uses < nth) return nodeFileSystem[call](first, second);
      if (call === 'writeNew') await writeFile(first, (second as Uint8Array).subarray(0, 1));
      throw systemError(code);
    },
  };
}

describe('writeFileAtomically', () => {
  it('makes a file and replaces one, leaving nothing else behind', async () => {
    await writeFileAtomically(join(folder, 'a'), bytes('first'));
    expect(await text('a')).toBe('first');
    await writeFileAtomically(join(folder, 'a'), bytes('second, longer'));
    expect(await text('a')).toBe('second, longer');
    expect(await readdir(folder)).toEqual(['a']);
  });

  it('writes only the view of a larger buffer', async () => {
    await writeFileAtomically(join(folder, 'a'), bytes('xabcx').subarray(1, 4));
    expect(await text('a')).toBe('abc');
  });

  it('has every byte on the disk before the name changes, and the name after', async () => {
    const calls: string[] = [];
    const io: FileSystem = {
      temporaryName: (path) => `${path}.tmp`,
      writeNew: async (path, data) => void calls.push(`write ${path} ${data.length}`),
      rename: async (from, to) => void calls.push(`rename ${from} ${to}`),
      remove: async (path) => void calls.push(`remove ${path}`),
      syncFolderOf: async (path) => void calls.push(`sync ${path}`),
    };
    await writeFileAtomically('a', bytes('12345'), { io });
    expect(calls).toEqual(['write a.tmp 5', 'rename a.tmp a', 'sync a']);
  });

  it.each([
    ['writeNew', 'ENOSPC', 'The disk is full: free some space or save to another disk'],
    ['writeNew', 'EDQUOT', 'The disk is full: free some space or save to another disk'],
    ['writeNew', 'EROFS', 'The disk is read-only: save to another one'],
    ['writeNew', 'EACCES', 'Writing is not allowed there: change the permissions or save to another folder'],
    ['rename', 'EPERM', 'Writing is not allowed there: change the permissions or save to another folder'],
    ['rename', 'EIO', 'Save to another place'],
  ] as const)('keeps the old file when %s fails with %s', async (call, code, remedy) => {
    const path = join(folder, 'a');
    await writeFile(path, 'old');
    await expect(writeFileAtomically(path, bytes('new'), { io: failing(call, 1, code) })).rejects.toMatchObject({
      code: 'E_FILE_WRITE',
      message: `${path}: the file cannot be written (got ${code}: told by a test). What was there before is unchanged. ${remedy}`,
    });
    expect(await text('a')).toBe('old');
    expect(await readdir(folder)).toEqual(['a']);
  });

  it.each([
    ['a missing folder', 'none/a', 'ENOENT', 'The folder does not exist: make it first'],
    ['a path through a file', 'file/a', 'ENOTDIR', 'A part of the path is a file: save to a folder'],
    ['a folder of that name', 'folder', 'EISDIR', 'This is a folder: name a file in it'],
  ])('refuses %s', async (_name, name, code, remedy) => {
    await writeFile(join(folder, 'file'), 'old');
    await mkdir(join(folder, 'folder'));
    const path = join(folder, name);
    const attempt = writeFileAtomically(path, bytes('new'));
    await expect(attempt).rejects.toMatchObject({ code: 'E_FILE_WRITE', cause: { code } });
    await expect(attempt).rejects.toThrow(`${path}: the file cannot be written (got ${code}`);
    await expect(attempt).rejects.toThrow(remedy);
    expect((await readdir(folder)).toSorted()).toEqual(['file', 'folder']);
    expect(await text('file')).toBe('old');
  });

  it('is done when only the folder cannot be forced to the disk', async () => {
    await writeFileAtomically(join(folder, 'a'), bytes('new'), { io: failing('syncFolderOf', 1, 'EPERM') });
    expect(await text('a')).toBe('new');
  });

  it('tells the first failure, not that of tidying up', async () => {
    const io: FileSystem = { ...failing('rename', 1, 'EROFS'), remove: () => Promise.reject(systemError('EIO')) };
    await expect(writeFileAtomically(join(folder, 'a'), bytes('new'), { io })).rejects.toThrow('got EROFS');
  });

  it('never takes the name of a file that exists for its temporary one', async () => {
    await writeFile(join(folder, 'taken'), 'of somebody');
    const io: FileSystem = { ...nodeFileSystem, temporaryName: () => join(folder, 'taken') };
    await expect(writeFileAtomically(join(folder, 'a'), bytes('new'), { io })).rejects.toThrow('EEXIST');
    expect(await text('taken')).toBe('of somebody');
  });
});
