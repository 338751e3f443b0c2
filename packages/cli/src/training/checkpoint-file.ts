import { decodeCheckpoint, encodeCheckpoint, FlowzooError, type Checkpoint } from '@flowzoo/core';
import { readFileBytes, writeFileAtomically } from '@flowzoo/core/node';
import { access, rm } from 'node:fs/promises';
import { join } from 'node:path';

const FILE = 'checkpoint.safetensors';

/** Writes the checkpoint of a training into its folder, in place of the one before. @throws E_FILE_WRITE */
export async function keepCheckpoint(folder: string, checkpoint: Checkpoint): Promise<void> {
  await writeFileAtomically(join(folder, FILE), encodeCheckpoint(checkpoint));
}

/** Removes the checkpoint of a training that has ended. */
export async function forgetCheckpoint(folder: string): Promise<void> {
  await rm(join(folder, FILE), { force: true });
}

/**
 * The checkpoint to continue from.
 *
 * @throws E_CHECKPOINT when there is none to resume, or when there is one and nobody said what to do with it
 */
export async function recallCheckpoint(
  folder: string,
  { resume, force }: { readonly resume: boolean; readonly force: boolean },
): Promise<Checkpoint | undefined> {
  const path = join(folder, FILE);
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  if (resume) {
    if (exists) return decodeCheckpoint(await readFileBytes(path));
    throw new FlowzooError('E_CHECKPOINT', 'there is nothing to resume', {
      at: path,
      expected: 'the checkpoint of an interrupted training',
      found: 'no such file',
      remedy: 'Leave --resume out to start from the beginning',
    });
  }
  if (!exists || force) return undefined;
  throw new FlowzooError('E_CHECKPOINT', 'the folder holds an unfinished training', {
    at: path,
    remedy: 'Continue it with --resume, or start again with --force',
  });
}
