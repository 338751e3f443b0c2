import { FlowzooError } from '../errors/flowzoo-error.ts';
import { nodeFileSystem, type FileSystem } from './file-system.ts';
import { describeSystemError, systemErrorCode } from './system-error.ts';

/** One file of a save. */
export interface FileEntry {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Options of {@link writeFileAtomically} and {@link writeFilesAtomically}. */
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
  await writeFilesAtomically([{ path, bytes }], options);
}

/**
 * Writes several files as one save: all bytes are on the disk, beside their names, before the first name changes hands.
 * A full disk is found out before that, and every old file survives.
 *
 * No file system renames several files at once, so a crash between two renames leaves the first files new and the
 * others old. The files take their names in the order given: put the one that vouches for the others last. A spec, which
 * carries the SHA-256 of its weights, comes after the weights: then a torn save is refused on loading, never misread.
 *
 * @throws E_FILE_WRITE with the path, what the system said and what to do
 * @example
 * await writeFilesAtomically([
 *   { path: 'model.safetensors', bytes: weights },
 *   { path: 'model.json', bytes: spec },
 * ]);
 */
export async function writeFilesAtomically(entries: readonly FileEntry[], options: AtomicOptions = {}): Promise<void> {
  const io = options.io ?? nodeFileSystem;
  const waiting: { readonly path: string; readonly temporary: string }[] = [];
  let path = '';
  let replaced = 0;
  try {
    for (const entry of entries) {
      path = entry.path;
      const temporary = io.temporaryName(path);
      waiting.push({ path, temporary });
      try {
        await io.writeNew(temporary, entry.bytes);
      } catch (cause) {
        // A file that was there before is somebody else's: it must not be tidied away with ours.
        if (systemErrorCode(cause) === 'EEXIST') waiting.pop();
        throw cause;
      }
    }
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      path = next.path;
      await io.rename(next.temporary, path);
      waiting.shift();
      replaced++;
    }
  } catch (cause) {
    for (const { temporary } of waiting) await ignoreFailure(io.remove(temporary));
    throw writeError(path, cause, { replaced, total: entries.length });
  }
  // The names are right already; where a folder cannot be forced to the disk (Windows), a power cut may bring back the
  // old file, which is whole.
  for (const name of entries.map((entry) => entry.path)) await ignoreFailure(io.syncFolderOf(name));
}

async function ignoreFailure(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch {
    // What failed first is what the caller must hear.
  }
}

function writeError(
  path: string,
  cause: unknown,
  { replaced, total }: { readonly replaced: number; readonly total: number },
): FlowzooError {
  const outcome =
    replaced === 0
      ? 'What was there before is unchanged.'
      : `${replaced} of ${total} files were replaced: save again to complete them.`;
  return new FlowzooError('E_FILE_WRITE', 'the file cannot be written', {
    at: path,
    found: describeSystemError(cause),
    remedy: `${outcome} ${remedyFor(systemErrorCode(cause))}`,
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
