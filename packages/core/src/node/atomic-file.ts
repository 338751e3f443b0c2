import { FlowzooError } from '../errors/flowzoo-error.ts';
import { nodeFileSystem, type FileSystem } from './file-system.ts';
import { describeSystemError, systemErrorCode } from './system-error.ts';

/** Options of {@link writeFileAtomically}. */
export interface AtomicOptions {
  /** The calls on the disk. Default: `node:fs`. Tests put failures here. */
  readonly io?: FileSystem;
}

/**
 * Writes a file so that its path holds the old bytes or the new ones at every instant, never a part.
 *
 * The bytes go to a file beside (`<name>.<random>.tmp`), are forced to the disk, and take the name by one rename. When
 * anything fails the temporary file is removed and the old file is as it was.
 *
 * @throws E_FILE_WRITE with the path, what the system said and what to do
 * @example
 * await writeFileAtomically('model.json', new TextEncoder().encode('{}'));
 */
export async function writeFileAtomically(path: string, bytes: Uint8Array, options: AtomicOptions = {}): Promise<void> {
  const io = options.io ?? nodeFileSystem;
  const temporary = io.temporaryName(path);
  try {
    await io.writeNew(temporary, bytes);
    await io.rename(temporary, path);
  } catch (cause) {
    // A file that was there before is somebody else's: it must not be tidied away with ours.
    if (systemErrorCode(cause) !== 'EEXIST') await ignoreFailure(io.remove(temporary));
    throw writeError(path, cause);
  }
  // The name is right already; where a folder cannot be forced to the disk (Windows), a power cut may bring back the old
  // file, which is whole.
  await ignoreFailure(io.syncFolderOf(path));
}

async function ignoreFailure(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch {
    // What failed first is what the caller must hear.
  }
}

function writeError(path: string, cause: unknown): FlowzooError {
  return new FlowzooError('E_FILE_WRITE', 'the file cannot be written', {
    at: path,
    found: describeSystemError(cause),
    remedy: `What was there before is unchanged. ${remedyFor(systemErrorCode(cause))}`,
    cause,
  });
}

function remedyFor(code: string): string {
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'The disk is full: free some space or save to another disk';
    case 'EROFS':
      return 'The disk is read-only: save to another one';
    case 'EACCES':
    case 'EPERM':
      return 'Writing is not allowed there: change the permissions or save to another folder';
    case 'ENOENT':
      return 'The folder does not exist: make it first';
    case 'ENOTDIR':
      return 'A part of the path is a file: save to a folder';
    case 'EISDIR':
      return 'This is a folder: name a file in it';
    default:
      return 'Save to another place';
  }
}
