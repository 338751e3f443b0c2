import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../src/run.ts';
import { writeData } from '../src/data/index.ts';

/** What one command line gave. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one command line in this process; `onError` hears every line of standard error as it is written. */
export async function flowzoo(argv: readonly string[], onError: (text: string) => void = () => {}): Promise<Outcome> {
  const written = { out: '', err: '' };
  const toError = (text: string): void => {
    written.err += text;
    onError(text);
  };
  const code = await run(argv, {
    out: (line) => void (written.out += `${line}\n`),
    error: (line) => toError(`${line}\n`),
    progress: { write: toError },
    color: false,
  });
  return { code, ...written };
}

/** A folder for one test file, with the specs and the data that its commands name. */
export interface Workshop {
  /** A path in the folder. */
  path(...names: string[]): string;
  /** The words of a command line, `@name` being a path in the folder. */
  words(line: string): string[];
  writeText(name: string, text: string): Promise<string>;
  writeJson(name: string, value: unknown): Promise<string>;
  /** Writes rows of a deterministic wave, `[rows, ...event]`, or its levels. */
  writeRows(name: string, shape: readonly number[], levels?: number): Promise<string>;
  remove(): Promise<void>;
}

export async function openWorkshop(): Promise<Workshop> {
  const folder = await mkdtemp(join(tmpdir(), 'flowzoo-cli-'));
  const path = (...names: string[]): string => join(folder, ...names);
  return {
    path,
    words: (line) =>
      line.split(' ').flatMap((word) => (word === '' ? [] : [word.startsWith('@') ? path(word.slice(1)) : word])),
    async writeText(name, text) {
      await writeFile(path(name), text);
      return path(name);
    },
    async writeJson(name, value) {
      await writeFile(path(name), JSON.stringify(value));
      return path(name);
    },
    async writeRows(name, shape, levels) {
      const size = shape.reduce((product, length) => product * length, 1);
      const values = Float32Array.from({ length: size }, (_, i) => {
        const wave = Math.sin(i * 1.7) + 0.3 * Math.cos(i * 0.37);
        return levels === undefined ? wave : Math.floor(((wave + 1.3) / 2.6) * levels);
      });
      await writeData(path(name), { shape, values });
      return path(name);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

const coupling = (parity: number): object => ({
  type: 'affine-coupling',
  parity,
  conditioner: { type: 'mlp', hidden: [4] },
});

/** A flow of rows of three numbers. */
export const tableSpec = {
  format: 'flowzoo/model',
  version: 1,
  name: 'tiny-table',
  event: [3],
  seed: 1,
  model: { type: 'flow', base: { type: 'standard-normal' }, layers: [coupling(0), coupling(1)] },
  training: { steps: 6, batchSize: 16, seed: 1 },
};

/** A flow of 4 × 4 images with five levels. */
export const imageSpec = {
  format: 'flowzoo/model',
  version: 1,
  name: 'tiny-image',
  event: [4, 4],
  seed: 1,
  model: {
    type: 'flow',
    base: { type: 'logistic' },
    layers: [{ type: 'dequantize', levels: 5 }, { type: 'logit', alpha: 0.05 }, { type: 'flatten' }, coupling(0)],
  },
  training: { steps: 4, batchSize: 16, seed: 1 },
};

/** A flow of rows of two numbers given one. */
export const conditionalSpec = {
  ...tableSpec,
  name: 'tiny-conditional',
  event: [2],
  context: 1,
};
