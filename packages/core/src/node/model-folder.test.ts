import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRegistry, type FlowModel } from '../registry/index.ts';
import type { ModelSpec } from '../spec/index.ts';
import { nodeFileSystem, type FileSystem } from './file-system.ts';
import { loadModel, readSpec, saveModel } from './model-folder.ts';

const registry = createRegistry();
const document = {
  format: 'flowzoo/model',
  version: 1,
  event: [2],
  model: { type: 'flow', layers: [{ type: 'scale' }, { type: 'permutation', order: 'random' }] },
};

let parent = '';
let folder = '';
let flow: FlowModel;
beforeEach(async () => {
  await tf.setBackend('wasm');
  parent = await mkdtemp(join(tmpdir(), 'flowzoo-model-'));
  folder = join(parent, 'model');
  flow = registry.build<FlowModel>(document);
});
afterEach(async () => {
  flow.dispose();
  await rm(parent, { recursive: true });
});

/** Sets the one trained vector of the flow. */
function train(value: number): void {
  tf.tidy(() => flow.variables.get('layers.0.logScale')!.assign(tf.fill([2], value)));
}

/** The trained vector that the folder holds, loaded as anybody would. */
async function stored(): Promise<number> {
  const model = await loadModel<FlowModel>(folder, { registry });
  const [value] = model.variables.get('layers.0.logScale')!.dataSync();
  model.dispose();
  return value!;
}

const names = async (): Promise<string[]> => (await readdir(folder)).toSorted();
const specOf = async (): Promise<ModelSpec> => (await readSpec(join(folder, 'model.json'))) as ModelSpec;
const systemError = (code: string): Error => Object.assign(new Error(`${code}: told by a test`), { code });

/** A disk that refuses one kind of call for files whose name fits, half of the bytes written. */
function failing(call: 'writeNew' | 'rename' | 'remove', name: RegExp, code: string): FileSystem {
  return {
    ...nodeFileSystem,
    async [call](first: string, second: never) {
      if (!name.test(basename(call === 'rename' ? second : first))) return nodeFileSystem[call](first, second);
      if (call === 'writeNew') await writeFile(first, (second as Uint8Array).subarray(0, 9));
      throw systemError(code);
    },
  };
}

describe('saveModel and loadModel', () => {
  it('make the folder, and give the same model back with every default written out', async () => {
    train(0.25);
    const spec = await saveModel(folder, flow);
    expect(await names()).toEqual(['model.json', 'model.safetensors']);
    expect(await specOf()).toEqual(spec);
    expect(spec.model).toMatchObject({ layers: [{ per: 'element', trainable: true }, {}] });
    const before = tf.memory().numTensors;
    const copy = await loadModel<FlowModel>(folder, { registry });
    tf.tidy(() => {
      const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
      expect(copy.logProb(x).dataSync()).toEqual(flow.logProb(x).dataSync());
    });
    copy.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('alternate the name of the weights, and remove the old ones only when the new spec stands', async () => {
    const calls: string[] = [];
    const io: FileSystem = {
      ...nodeFileSystem,
      rename: (from, to) => (calls.push(`rename to ${basename(to)}`), nodeFileSystem.rename(from, to)),
      remove: (path) => (calls.push(`remove ${basename(path)}`), nodeFileSystem.remove(path)),
    };
    const files: string[] = [];
    for (const value of [1, 2, 3]) {
      train(value);
      files.push((await saveModel(folder, flow, { io })).weights!.file);
      expect(await stored()).toBe(value);
      expect(await names()).toEqual(['model.json', files.at(-1)].toSorted());
    }
    expect(files).toEqual(['model.safetensors', expect.stringMatching(/^model-[0-9a-f]{8}\.s/), 'model.safetensors']);
    expect(calls).toEqual([
      'rename to model.safetensors',
      'rename to model.json',
      `rename to ${files[1]}`,
      'rename to model.json',
      'remove model.safetensors',
      'rename to model.safetensors',
      'rename to model.json',
      `remove ${files[1]}`,
    ]);
  });

  it('hold a complete model at each instant', async () => {
    train(1);
    await saveModel(folder, flow);
    train(2);
    const seen: number[] = [];
    const watched =
      <Arguments extends unknown[]>(call: (...rest: Arguments) => Promise<void>) =>
      async (...rest: Arguments): Promise<void> => {
        seen.push(await stored());
        await call(...rest);
        seen.push(await stored());
      };
    const { writeNew, rename, remove, syncFolderOf } = nodeFileSystem;
    await saveModel(folder, flow, {
      io: {
        ...nodeFileSystem,
        writeNew: watched(writeNew),
        rename: watched(rename),
        remove: watched(remove),
        syncFolderOf: watched(syncFolderOf),
      },
    });
    expect([...new Set(seen)]).toEqual([1, 2]);
    expect(seen).toEqual(seen.toSorted());
  });

  it('write the same bytes when nothing has changed, and mend damaged weights of the same model', async () => {
    const first = await saveModel(folder, flow);
    await writeFile(join(folder, 'model.safetensors'), 'damaged');
    expect(await saveModel(folder, flow)).toEqual(first);
    expect(await names()).toEqual(['model.json', 'model.safetensors']);
    expect(await stored()).toBe(0);
  });
});

describe('saveModel when the disk refuses', () => {
  beforeEach(async () => {
    train(1);
    await saveModel(folder, flow);
    train(2);
  });

  it.each<['writeNew' | 'rename', RegExp, string, string]>([
    ['writeNew', /^model-.*\.safetensors\..*tmp$/, 'ENOSPC', 'The disk is full'],
    ['writeNew', /^model\.json\..*tmp$/, 'ENOSPC', 'The disk is full'],
    ['rename', /^model-.*\.safetensors$/, 'EROFS', 'The disk is read-only'],
    ['rename', /^model\.json$/, 'EROFS', 'The disk is read-only'],
    ['rename', /^model\.json$/, 'EACCES', 'change the permissions'],
  ])('to %s %s with %s keeps the old model, and nothing else', async (call, name, code, remedy) => {
    const save = saveModel(folder, flow, { io: failing(call, name, code) });
    await expect(save).rejects.toMatchObject({ code: 'E_FILE_WRITE' });
    await expect(save).rejects.toThrow(`got ${code}: told by a test). What was there before is unchanged. `);
    await expect(save).rejects.toThrow(remedy);
    expect(await names()).toEqual(['model.json', 'model.safetensors']);
    expect(await stored()).toBe(1);
  });

  it('to remove the old weights has saved the new model all the same', async () => {
    await saveModel(folder, flow, { io: failing('remove', /^model\.safetensors$/, 'EPERM') });
    expect(await stored()).toBe(2);
    expect(await names()).toHaveLength(3);
  });

  it('to give way to a spec, a folder being there, leaves that folder and no weights', async () => {
    await rm(join(folder, 'model.json'));
    await mkdir(join(folder, 'model.json'));
    await expect(saveModel(folder, flow)).rejects.toThrow(/model\.json: the file cannot be written .*This is a folder/);
    expect(await names()).toEqual(['model.json', 'model.safetensors']);
  });
});

describe('saveModel where something else is', () => {
  it('names a file that stands where the folder should be', async () => {
    await writeFile(folder, 'mine');
    const save = saveModel(folder, flow);
    await expect(save).rejects.toMatchObject({ code: 'E_FILE_WRITE' });
    await expect(save).rejects.toThrow(/model: the folder cannot be made .*EEXIST.*Save to another folder/);
    await expect(saveModel(join(folder, 'deeper'), flow)).rejects.toThrow(
      /deeper: the folder cannot be made .*ENOTDIR/,
    );
    expect(await readFile(folder, 'utf8')).toBe('mine');
  });

  it.each([
    ['a model of tfjs', '{"modelTopology":{},"weightsManifest":[]}', 'no format'],
    ['a list', '[]', 'no format'],
    ['null', 'null', 'no format'],
    ['another format', '{"format":"layers-model"}', '"layers-model"'],
  ])('does not overwrite %s', async (_name, text, found) => {
    await mkdir(folder);
    await writeFile(join(folder, 'model.json'), text);
    const save = saveModel(folder, flow);
    await expect(save).rejects.toMatchObject({ code: 'E_FILE_WRITE' });
    await expect(save).rejects.toThrow(`no flowzoo model, and is not overwritten (expected a document of format`);
    await expect(save).rejects.toThrow(`got ${found})`);
    expect(await names()).toEqual(['model.json']);
    expect(await readFile(join(folder, 'model.json'), 'utf8')).toBe(text);
  });

  it('replaces a damaged spec, and keeps weights of the usual name until the new spec stands', async () => {
    await saveModel(folder, flow);
    await writeFile(join(folder, 'model.json'), '{"format": "flowz');
    train(2);
    const io = failing('rename', /^model\.json$/, 'EIO');
    await expect(saveModel(folder, flow, { io })).rejects.toThrow('EIO');
    expect(await names()).toEqual(['model.json', 'model.safetensors']);
    await saveModel(folder, flow);
    expect(await stored()).toBe(2);
    expect(await names()).toHaveLength(2);
  });

  it('joins a spec without weights, as one writes it before training', async () => {
    await mkdir(folder);
    await writeFile(join(folder, 'model.json'), JSON.stringify(document));
    train(3);
    await saveModel(folder, flow);
    expect(await stored()).toBe(3);
  });

  it.each(['../precious.safetensors', 'notes.txt', '/etc/hosts', 7, undefined])(
    'touches no file outside, whatever the spec there says: %s',
    async (file) => {
      await mkdir(folder);
      await writeFile(join(parent, 'precious.safetensors'), 'mine');
      await writeFile(join(folder, 'notes.txt'), 'mine');
      await writeFile(join(folder, 'model.json'), JSON.stringify({ ...document, weights: { file, sha256: '0' } }));
      await saveModel(folder, flow);
      expect(await readFile(join(parent, 'precious.safetensors'), 'utf8')).toBe('mine');
      expect(await names()).toEqual(['model.json', 'model.safetensors', 'notes.txt']);
      expect(await stored()).toBe(0);
    },
  );
});

describe('loadModel', () => {
  const write = async (text: string): Promise<void> => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'model.json'), text);
  };
  const withWeights = (change: object): string =>
    JSON.stringify({ ...document, weights: { file: 'w.safetensors', bytes: 8, sha256: '0'.repeat(64), ...change } });

  it.each<[string, string | null, string, RegExp]>([
    ['no spec', null, 'E_FILE_READ', /model\.json: the file cannot be read .*ENOENT/],
    ['a spec that is cut off', '{"format": "flowzoo/mo', 'E_SPEC', /model\.json: the file is not JSON .*JSON/],
    [
      'bytes of something else',
      '\u0089PNG\r\n',
      'E_SPEC',
      /model\.json: the file is not JSON .*a flowzoo\/model document/,
    ],
    [
      'a document of something else',
      '{"format":"layers-model"}',
      'E_SPEC',
      /model\.json: the spec cannot be used:\n {2}format: must be "flowzoo\/model"/,
    ],
    ['null', 'null', 'E_SPEC', /a spec must be a JSON object \(got null\)/],
    [
      'a spec without weights',
      JSON.stringify(document),
      'E_SPEC',
      /model\.json: the spec names no weights.*flowzoo train/,
    ],
    ['weights elsewhere', withWeights({ file: '../w.safetensors' }), 'E_SPEC', /weights\.file: must match/],
    ['weights that are gone', withWeights({}), 'E_FILE_READ', /w\.safetensors: the file cannot be read .*ENOENT/],
    ['weights without a hash', withWeights({ sha256: undefined }), 'E_SPEC', /weights: "sha256" is missing/],
  ])('says what is wrong with %s', async (_name, text, code, message) => {
    if (text !== null) await write(text);
    const before = tf.memory().numTensors;
    const load = loadModel(folder, { registry });
    await expect(load).rejects.toThrow(message);
    await expect(load).rejects.toMatchObject({ code });
    expect(tf.memory().numTensors).toBe(before);
  });
});
