import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const here = fileURLToPath(new URL('./', import.meta.url));
const loader = new URL('./threads/register-typescript.mjs', import.meta.url).href;

it('the program of the README trains on two threads and ends', async () => {
  const text = await readFile(join(here, '../README.md'), 'utf8');
  const section = text.slice(text.indexOf('\n## Train on several cores\n'));
  const [module, program] = [...section.matchAll(/```js\n([^]*?)```/g)].map((match) => match[1]!);
  // Below this folder, so that the packages are found as they are from here.
  const folder = await mkdtemp(join(here, '.readme-threads-'));
  try {
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    await writeFile(join(folder, 'flows.js'), module!);
    const losses = 'history.training.map(({ loss }) => loss)';
    await writeFile(join(folder, 'train.js'), `${program!}\nconsole.log(JSON.stringify(${losses}));\n`);
    const { code, out, err } = await run(['--import', loader, join(folder, 'train.js')]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const course = JSON.parse(out) as number[];
    expect(course).toHaveLength(30);
    expect(course.at(-1)).toBeLessThan(course[0]! - 0.05);
  } finally {
    await rm(folder, { recursive: true });
  }
});

function run(words: readonly string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, words);
    const written = { out: '', err: '' };
    child.stdout.on('data', (text: Buffer) => void (written.out += text.toString()));
    child.stderr.on('data', (text: Buffer) => void (written.err += text.toString()));
    child.on('close', (code) => resolve({ code: code ?? -1, ...written }));
  });
}
