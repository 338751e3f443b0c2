import type { FlowModel } from '@flowzoo/core';
import { loadModel, nodeFileSystem, readSpec, saveModel, type FileSystem } from '@flowzoo/core/node';
import { loadPreset } from '@flowzoo/zoo';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { refuses, registry, worldForTests, type Refusal } from './refuses.ts';

const world = worldForTests();

describe('files', () => {
  /** Runs on a copy of the saved model's folder in which one file was replaced. */
  const inCopy = async (
    name: string,
    text: string | null,
    run: (copy: string) => Promise<unknown>,
  ): Promise<unknown> => {
    const copy = await mkdtemp(join(tmpdir(), 'flowzoo-copy-'));
    try {
      await cp(world.folder, copy, { recursive: true });
      await (text === null ? rm(join(copy, name)) : writeFile(join(copy, name), text));
      return await run(copy);
    } finally {
      await rm(copy, { recursive: true });
    }
  };
  const loadCopy = (name: string, text: string | null) => (): Promise<unknown> =>
    inCopy(name, text, (copy) => loadModel(copy, { registry }));

  /** A disk that fails at the nth call of one kind, half of its work done. */
  const failing = (call: 'writeNew' | 'rename', nth: number, code: string): { io: FileSystem } => {
    let calls = 0;
    const fail = async (first: string, second: never): Promise<void> => {
      if (++calls < nth) return nodeFileSystem[call](first, second);
      if (call === 'writeNew') await writeFile(first, 'half');
      throw Object.assign(new Error(`${code}: the disk said`), { code });
    };
    return { io: { ...nodeFileSystem, [call]: fail } };
  };
  /** Saves other weights over the saved model. */
  const saveOther = async (disk: { io: FileSystem }): Promise<unknown> => {
    const other = registry.build<FlowModel>({ ...world.flow.spec, seed: 99 });
    try {
      return await saveModel(world.folder, other, disk);
    } finally {
      other.dispose();
    }
  };

  refuses(world, [
    [
      'a spec that is no JSON',
      loadCopy('model.json', 'event,model\n2,flow\n'),
      'E_SPEC',
      /model\.json: the file is not JSON \(expected a flowzoo\/model document, got [^]*\)/,
    ],
    [
      'a spec that is JSON of something else',
      loadCopy('model.json', '{"modelTopology":{}}'),
      'E_SPEC',
      /model\.json: the spec cannot be used:\n {2}format: must be "flowzoo\/model" \(got nothing\)/,
    ],
    [
      'weights that are text',
      loadCopy('model.safetensors', 'version https://git-lfs.github.com/spec/v1'),
      'E_WEIGHTS_HASH',
      /model\.safetensors: the weights have the wrong length .*fetch or save it again/,
    ],
    [
      'weights that are gone',
      loadCopy('model.safetensors', null),
      'E_FILE_READ',
      /model\.safetensors: the file cannot be read/,
    ],
    [
      'a folder that is not there',
      () => loadModel('no/such', { registry }),
      'E_FILE_READ',
      /no\/such\/model\.json.*Check the path/,
    ],
    ['a folder for a spec', () => readSpec(world.folder), 'E_FILE_READ', 'This is a folder: name a file in it'],
    [
      'a model saved over a document of something else',
      () => inCopy('model.json', '{"modelTopology":{}}', (copy) => saveModel(copy, world.flow)),
      'E_FILE_WRITE',
      /model\.json: this is no flowzoo model, and is not overwritten .*Save to another folder/,
    ],
    [
      'a model saved into a file',
      () => saveModel(join(world.folder, 'model.json'), world.flow),
      'E_FILE_WRITE',
      /model\.json: the folder cannot be made .*EEXIST/,
    ],
    ...(
      [
        ['a full disk, while weights are written', 'writeNew', 1, 'ENOSPC', 'The disk is full: free some space'],
        ['a full disk, while the spec is written', 'writeNew', 2, 'ENOSPC', 'The disk is full: free some space'],
        ['a read-only disk', 'writeNew', 1, 'EROFS', 'The disk is read-only: save to another one'],
        ['a disk that fails between the two renames', 'rename', 2, 'EIO', 'Save to another place'],
      ] as const
    ).map(([name, call, nth, code, remedy]): Refusal => [
      name,
      () => saveOther(failing(call, nth, code)),
      'E_FILE_WRITE',
      new RegExp(
        `the file cannot be written \\(got ${code}: the disk said\\)\\. What was there before is unchanged\\. ${remedy}`,
      ),
    ]),
    [
      'a preset that is none',
      () => loadPreset('realnvp-digit', { registry }),
      'E_PRESET',
      /there is no preset "realnvp-digit" .*flowzoo list shows them all/,
    ],
  ]);
});
