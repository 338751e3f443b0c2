import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The calls on the disk that an atomic save is made of. */
export interface FileSystem {
  /** A fresh name in the folder of `path`: only there a rename moves no bytes. */
  temporaryName(path: string): string;
  /** Makes a file and returns when its bytes are on the disk; fails with `EEXIST` and touches nothing if there is one. */
  writeNew(path: string, bytes: Uint8Array): Promise<void>;
  /** Gives a file another name, replacing the file that had it. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file; one that does not exist is no error. */
  remove(path: string): Promise<void>;
  /** Returns when the names in the folder of `path` are on the disk. */
  syncFolderOf(path: string): Promise<void>;
}

/** {@link FileSystem} on `node:fs`. */
export const nodeFileSystem: FileSystem = {
  temporaryName: (path) => `${path}.${randomUUID().slice(0, 8)}.tmp`,

  async writeNew(path, bytes) {
    const file = await open(path, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
  },

  rename,

  remove: (path) => rm(path, { force: true }),

  async syncFolderOf(path) {
    const folder = await open(dirname(path), 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },
};
