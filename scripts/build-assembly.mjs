// Compiles a package's assembly/NAME.ts to WebAssembly and embeds the bytes in a file of its src.
//
//   node scripts/build-assembly.mjs            every module below
//   node scripts/build-assembly.mjs --check    exits 1 when an embedded module is not what its source gives
//
// The kernels of tfjs's own names have a script of their own: packages/kernels-wasm/scripts/build-modules.mjs.
import { readFile, writeFile } from 'node:fs/promises';
import asc from 'assemblyscript/asc';

const root = new URL('..', import.meta.url);

const modules = [
  {
    source: 'packages/layers-autoregressive/assembly/incremental.ts',
    target: 'packages/layers-autoregressive/src/incremental/wasm/embedded-incremental.ts',
    name: 'incrementalModule',
  },
  {
    source: 'packages/layers-planar/assembly/stacks.ts',
    target: 'packages/layers-planar/src/wasm/embedded-stacks.ts',
    name: 'stacksModule',
    onHeap: true,
  },
  {
    source: 'packages/layers-autoregressive/assembly/wavenet.ts',
    target: 'packages/layers-autoregressive/src/wavenet/cached/wasm/embedded-wavenet.ts',
    name: 'wavenetModule',
  },
  {
    source: 'packages/layers-autoregressive/assembly/pixelcnn.ts',
    target: 'packages/layers-autoregressive/src/pixelcnn/cached/wasm/embedded-pixelcnn.ts',
    name: 'pixelCnnModule',
  },
];

async function compile({ source, onHeap = false }) {
  let bytes;
  const { error, stderr } = await asc.main(
    [
      source,
      '--outFile',
      'module.wasm',
      '-O3',
      '--noAssert',
      '--runtime',
      'stub',
      '--importMemory',
      '--enable',
      'simd',
    ],
    {
      readFile: (path, base) => readFile(new URL(path, new URL(`${base}/`, root)), 'utf8').catch(() => null),
      writeFile: (_path, contents) => {
        bytes = contents;
      },
    },
  );
  if (error) throw new Error(`${source}: ${stderr.toString() || error.message}`);
  if (onHeap) assertOwnsNoMemory(source, bytes);
  return Buffer.from(bytes).toString('base64');
}

/** The heap belongs to tfjs: a data section or a start function would write into its tensors at instantiation. */
function assertOwnsNoMemory(source, bytes) {
  for (let at = 8; at < bytes.length;) {
    const section = bytes[at++];
    let [size, shift] = [0, 0];
    for (let more = true; more; shift += 7) {
      size |= (bytes[at] & 0x7f) << shift;
      more = (bytes[at++] & 0x80) !== 0;
    }
    if (section === 8 || section === 11) throw new Error(`${source}: the module has static data or a start function`);
    at += size;
  }
}

// Without relaxed SIMD: products and sums are rounded apart, so samples are the same bits on every machine.
const sourceText = ({ source, name }, bytes) => `// Made by scripts/build-assembly.mjs from ${source}.

/** The bytes of ${source}, as base64. */
export const ${name} =
  '${bytes}';
`;

for (const each of modules) {
  const text = sourceText(each, await compile(each));
  const file = new URL(each.target, root);
  if (!process.argv.includes('--check')) await writeFile(file, text);
  else if ((await readFile(file, 'utf8').catch(() => '')) !== text) {
    console.error(`${each.source}: the embedded module differs from its source: node scripts/build-assembly.mjs`);
    process.exitCode = 1;
  }
}
