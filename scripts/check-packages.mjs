/**
 * Checks every package as npm would publish it: what is in the tarball, its manifest (publint) and whether its types
 * resolve for those who install it (attw). Run it after `npm run build`.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Checks, pack, publishable, root, run } from './workspace.mjs';

const bin = (name) => join(root, 'node_modules', '.bin', name);

/** The faults of a tarball's list of files. */
function contentFaults(files, manifest) {
  const faults = [];
  for (const wanted of ['LICENSE', 'README.md', 'package.json']) {
    if (!files.includes(wanted)) faults.push(`${wanted} is missing from the tarball`);
  }
  for (const target of targets(manifest.exports)) {
    if (!target.includes('*') && !files.includes(target.slice(2)))
      faults.push(`exports name ${target}, which is not packed`);
  }
  for (const target of Object.values(manifest.bin ?? {})) {
    if (!files.includes(target.replace(/^\.\//, ''))) faults.push(`bin names ${target}, which is not packed`);
  }
  for (const file of files) {
    const source = file.match(/^dist\/(.*)\.js$/)?.[1];
    if (source && !files.includes(`src/${source}.ts`))
      faults.push(`${file} is left from a source that is gone: remove dist`);
    if (/\.test\.|\/test-[^/]*$|\.tsbuildinfo$/.test(file)) faults.push(`${file} does not belong into the tarball`);
  }
  return faults;
}

/** Every file path that an `exports` value names. */
function targets(value) {
  if (typeof value === 'string') return [value];
  return value && typeof value === 'object' ? Object.values(value).flatMap(targets) : [];
}

/** Runs a checker; what it printed is the failure's message. */
function mustPass(command, args) {
  const { status, stdout, stderr } = run(command, args);
  if (status !== 0) throw new Error(stdout + stderr);
}

const checks = new Checks();
const folder = mkdtempSync(join(tmpdir(), 'flowzoo-packages-'));
try {
  for (const item of publishable('packages')) {
    let packed;
    const ok = checks.check(`${item.name}: packs what it promises`, () => {
      if (!existsSync(join(item.folder, 'dist'))) throw new Error('dist is missing: npm run build');
      packed = pack(item.folder, folder);
      const faults = contentFaults(packed.files, item.manifest);
      if (faults.length > 0) throw new Error(faults.join('\n'));
    });
    if (!packed) continue;
    if (ok) console.log(`        ${packed.files.length} files, ${(packed.bytes / 1024).toFixed(0)} KiB packed`);
    checks.check(`${item.name}: publint --strict`, () => mustPass(bin('publint'), ['run', packed.tarball, '--strict']));
    checks.check(`${item.name}: attw --profile esm-only`, () =>
      mustPass(bin('attw'), [packed.tarball, '--profile', 'esm-only', '--no-definitely-typed', '--no-emoji']),
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
checks.finish();
