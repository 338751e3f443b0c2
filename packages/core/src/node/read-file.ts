import { readFile } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import { describeSystemError, systemErrorCode } from './system-error.ts';

/**
 * Reads a whole file.
 *
 * @throws E_FILE_READ with the path and what to do
 * @example
 * const bytes = await readFileBytes('model.safetensors');
 */
export async function readFileBytes(path: string): Promise<Uint8Array> {
  try {
    const buffer = await readFile(path);
    // A plain view: a Buffer's slice() shares memory where a Uint8Array's copies.
    return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  } catch (cause) {
    throw new FlowzooError('E_FILE_READ', 'the file cannot be read', {
      at: path,
      found: describeSystemError(cause),
      remedy: remedyFor(systemErrorCode(cause), path),
      cause,
    });
  }
}

function remedyFor(code: string, path: string): string {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return isAbsolute(path) ? 'Check the path' : `Check the path: it is looked up from ${process.cwd()}`;
    case 'EISDIR':
      return 'This is a folder: name a file in it';
    case 'EACCES':
    case 'EPERM':
      return 'Allow yourself to read it: change its permissions';
    default:
      return 'Check the disk and the path';
  }
}
