// Compiles assembly/NAME.ts to WebAssembly and embeds the bytes in src/module/embedded/NAME.ts.
//
//   node scripts/build-modules.mjs            every module
//   node scripts/build-modules.mjs NAME …     some of them
//   node scripts/build-modules.mjs --check    exits 1 when an embedded module is not what its source gives
import { readdir, readFile, writeFile, mkdir } from 'node:fs/promises';
import asc from 'assemblyscript/asc';

const root = new URL('..', import.meta.url);
const embedded = new URL('src/module/embedded/', root);

/** Names of the modules: the files directly in assembly/. */
async function moduleNames() {
  const entries = await readdir(new URL('assembly/', root), { withFileTypes: true });
  return entries.filter((entry) => entry.isFile() && entry.name.endsWith('.ts')).map(({ name }) => name.slice(0, -3));
}

async function compile(name, features) {
  let bytes;
  const { error, stderr } = await asc.main(
    [
      `assembly/${name}.ts`,
      '--outFile',
      'module.wasm',
      '-O3',
      '--noAssert',
      '--runtime',
      'stub',
      '--importMemory',
    ].concat(['simd', ...features].flatMap((feature) => ['--enable', feature])),
    {
      readFile: (path, base) => readFile(new URL(path, new URL(`${base}/`, root)), 'utf8').catch(() => null),
      writeFile: (_path, contents) => {
        bytes = contents;
      },
    },
  );
  if (error) throw new Error(`${name}: ${stderr.toString() || error.message}`);
  assertOwnsNoMemory(name, bytes);
  return Buffer.from(bytes).toString('base64');
}

/** The heap belongs to tfjs: a data section or a start function would write into its tensors at instantiation. */
function assertOwnsNoMemory(name, bytes) {
  for (let at = 8; at < bytes.length;) {
    const section = bytes[at++];
    let [size, shift] = [0, 0];
    for (let more = true; more; shift += 7) {
      size |= (bytes[at] & 0x7f) << shift;
      more = (bytes[at++] & 0x80) !== 0;
    }
    if (section === 8 || section === 11) throw new Error(`${name}: the module has static data or a start function`);
    at += size;
  }
}

function sourceText(name, strict, relaxed) {
  return `// Made by scripts/build-modules.mjs from assembly/${name}.ts; a test compares the two.
import type { EmbeddedModule } from '../embedded-module.ts';

/** The bytes of assembly/${name}.ts. */
export const ${camel(name)}Module: EmbeddedModule = {
  name: '${name}',
  strict: '${strict}',
  relaxed: '${relaxed}',
};
`;
}

const camel = (name) => name.replaceAll(/-(\w)/g, (_, letter) => letter.toUpperCase());

const named = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const check = process.argv.includes('--check');
await mkdir(embedded, { recursive: true });
for (const name of named.length > 0 ? named : await moduleNames()) {
  const text = sourceText(name, await compile(name, []), await compile(name, ['relaxed-simd']));
  const file = new URL(`${name}.ts`, embedded);
  if (check) {
    if ((await readFile(file, 'utf8').catch(() => '')) !== text) {
      console.error(`${name}: the embedded module differs from its source: node scripts/build-modules.mjs ${name}`);
      process.exitCode = 1;
    }
  } else await writeFile(file, text);
}
