import { FlowzooError } from '@flowzoo/core';
import { access, constants, mkdir } from 'node:fs/promises';

/** Makes the folder before hours are spent on what would go into it. @throws E_FILE_WRITE */
export async function openFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
    await access(path, constants.W_OK);
  } catch (cause) {
    throw new FlowzooError('E_FILE_WRITE', 'the folder cannot be made or written to', {
      at: path,
      found: cause instanceof Error ? cause.message : String(cause),
      remedy: 'Name another folder with --out',
      cause,
    });
  }
}
