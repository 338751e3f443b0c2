/**
 * Publishing is tested by installing: packs every package, installs the tarballs into an empty folder as a stranger
 * would, and runs the programs of `scripts/installed/` there. Nothing in that folder can see this workspace.
 *
 * 1. core and the coupling layers alone: build, train ten steps, sample, score, save; a fresh process loads the same.
 * 2. A third party's plugin beside them: its layer named in a spec, and the message when it is not registered.
 * 3. The zoo and the command.
 *
 * Run it after `npm run build`. `KEEP=1` keeps the folder and prints where it is.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Checks, pack, publishable, root, run } from './workspace.mjs';

const folder = mkdtempSync(join(tmpdir(), 'flowzoo-installed-'));
const app = join(folder, 'app');
const checks = new Checks();
const tarballs = new Map();

/** Installs packages into the app: names of ours become their tarballs, others come from the registry's cache. */
function install(...names) {
  const wanted = names.map((name) => {
    if (name.includes('@', 1)) return name;
    const tarball = tarballs.get(name);
    if (!tarball) throw new Error(`${name} was not packed`);
    return tarball;
  });
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  const { status, stdout, stderr } = run('npm', ['install', ...flags, ...wanted], { cwd: app });
  if (status !== 0) throw new Error(`npm install ${names.join(' ')} failed\n${stdout}${stderr}`);
}

/** Runs one of the programs in a process of its own and answers the JSON that it printed last. */
function program(name, ...args) {
  const { status, stdout, stderr } = run(process.execPath, [`${name}.mjs`, ...args], { cwd: app });
  if (status !== 0) throw new Error(`${name}.mjs ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

/** Runs the installed command and answers what it wrote. */
function flowzoo(...args) {
  const result = run('npx', ['--no-install', 'flowzoo', ...args], { cwd: app });
  if (result.status !== 0)
    throw new Error(`flowzoo ${args.join(' ')}: ${result.status}\n${result.stdout}${result.stderr}`);
  return result;
}

function mustEqual(found, expected, what) {
  const [left, right] = [JSON.stringify(found), JSON.stringify(expected)];
  if (left !== right) throw new Error(`${what}\n  found    ${left}\n  expected ${right}`);
}

function mustHold(condition, what) {
  if (!condition) throw new Error(what);
}

/** The names installed directly below a scope. */
const installedOf = (scope) => readdirSync(join(app, 'node_modules', scope)).sort();

/** Saves with one process and loads with another; both must score the same rows with the same bits. */
function trainsAndLoads(spec, out, ...plugins) {
  const saved = program('train', spec, out, ...plugins);
  mustHold(saved.steps === 10, `trained ${saved.steps} steps, not 10`);
  mustHold(saved.scores.length > 0 && saved.scores.every(Number.isFinite), `scores are ${saved.scores}`);
  mustHold(saved.moved, 'ten steps changed no score');
  mustEqual(saved.sampleShape, [5, 2], 'the sample has another shape');
  for (const file of ['model.json', 'model.safetensors'])
    mustHold(existsSync(join(app, out, file)), `${file} was not written`);
  const loaded = program('load', out, ...plugins);
  mustEqual(loaded.scores, saved.scores, 'the fresh process scores otherwise');
  mustEqual(loaded.sample, saved.sample, 'the fresh process draws otherwise');
}

/** Builds a spec or loads a folder with too few plugins: the error must have this code and say these words. */
function mustRefuse(source, plugins, { code, words }) {
  const error = program('missing', source, ...plugins);
  mustEqual(error.code, code, `${source}: ${error.message}`);
  for (const word of words) mustHold(error.message.includes(word), `"${word}" is not in: ${error.message}`);
}

try {
  const all = [...publishable('packages'), ...publishable('examples')];
  const plugin = all.find((item) => item.folder.endsWith('plugin-rotation'));

  checks.check('every package packs', () => {
    mkdirSync(join(folder, 'tarballs'));
    mkdirSync(app);
    for (const item of all) {
      if (!existsSync(join(item.folder, 'dist'))) throw new Error(`${item.name} has no dist: npm run build`);
      tarballs.set(item.name, pack(item.folder, join(folder, 'tarballs')).tarball);
    }
    writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'stranger', private: true, type: 'module' }));
    cpSync(join(root, 'scripts', 'installed'), app, { recursive: true });
  });

  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const engine = ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'].map(
    (name) => `${name}@${devDependencies[name]}`,
  );
  checks.check('core and the coupling layers install alone', () => {
    install('@flowzoo/core', '@flowzoo/layers-coupling', ...engine);
    mustEqual(installedOf('@flowzoo'), ['core', 'layers-coupling'], 'another package of ours came along');
  });
  checks.check('a flow trains, samples, scores, saves; a fresh process loads the same', () =>
    trainsAndLoads('coupling.json', 'out-coupling', '@flowzoo/layers-coupling'),
  );
  checks.check('without its plugin a layer is an error that says what to install', () => {
    const command = 'npm i @flowzoo/layers-coupling';
    mustRefuse('coupling.json', [], { code: 'E_UNKNOWN_TYPE', words: ['layers[0]', 'affine-coupling', command] });
    mustRefuse('out-coupling', [], { code: 'E_REQUIRES', words: [command] });
  });
  checks.check('the installed types hold in a strict program', () => {
    const flags = [
      '--noEmit',
      '--strict',
      '--exactOptionalPropertyTypes',
      '--module',
      'nodenext',
      '--target',
      'es2022',
    ];
    const lib = ['--lib', 'es2023,dom,dom.iterable', '--skipLibCheck', '--types', ''];
    const tsc = join(root, 'node_modules', '.bin', 'tsc');
    const { status, stdout, stderr } = run(tsc, [...flags, ...lib, 'types.mts'], { cwd: app });
    if (status !== 0) throw new Error(stdout + stderr);
  });

  checks.check("a third party's plugin installs beside them", () => {
    mustHold(plugin, 'examples/plugin-rotation is missing');
    install(plugin.name);
  });
  checks.check("a third party's layer trains, saves; a fresh process loads the same", () =>
    trainsAndLoads('rotation.json', 'out-rotation', '@flowzoo/layers-coupling', plugin.name),
  );
  checks.check("without its registration a third party's layer is an error that names it", () => {
    const others = ['@flowzoo/layers-coupling'];
    mustRefuse('rotation.json', others, {
      code: 'E_UNKNOWN_TYPE',
      words: ['layers[0]', 'acme/rotation', 'registry.use'],
    });
    mustRefuse('out-rotation', others, { code: 'E_REQUIRES', words: [`npm i ${plugin.name}`] });
  });

  checks.check('the zoo and the command install', () =>
    // Everything the command depends on comes from tarballs: nothing of ours is on the registry yet.
    install(
      '@flowzoo/layers-planar',
      '@flowzoo/layers-autoregressive',
      '@flowzoo/layers-glow',
      '@flowzoo/kernels-wasm',
      '@flowzoo/zoo',
      '@flowzoo/cli',
    ),
  );
  checks.check('the kernels speed up a program without a line of ours', () => {
    const { tier, product } = program('kernels');
    mustHold(tier === 'wasm', `the tier is ${tier}`);
    mustHold(JSON.stringify(product) === '[19,22,43,50]', `the product is ${product}`);
  });
  checks.check('a preset loads, scores and draws from the installed zoo', () => {
    const { presets, name, scores, sampleShape } = program('preset');
    mustHold(presets.length > 0, 'the zoo lists no preset');
    mustHold(scores.every(Number.isFinite), `${name} scores ${scores}`);
    mustHold(sampleShape[0] === 2, `${name} drew ${sampleShape}`);
  });
  checks.check('npx flowzoo lists, checks and samples', () => {
    const list = JSON.parse(flowzoo('list', '--json').stdout);
    mustHold(JSON.stringify(list).includes('nice-digits'), 'the list lacks nice-digits');
    flowzoo('check', 'coupling.json');
    flowzoo('sample', 'nice-digits', '-n', '2', '--seed', '1', '--out', 'digits.npy');
    mustHold(existsSync(join(app, 'digits.npy')), 'sample wrote no file');
  });
} finally {
  if (process.env.KEEP) console.log(`kept ${folder}`);
  else rmSync(folder, { recursive: true, force: true });
}
checks.finish();
