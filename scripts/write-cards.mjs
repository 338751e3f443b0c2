// Measures every preset on the rows its card names and writes card.json, README.md and the list of presets.
//
//   npm run cards                                 presets whose rows are not here keep the figures they have
//   FLOWZOO_DATA=/where/data/is npm run cards     also those whose rows are not in this repository
//   npm run cards -- maf-protein …                only some presets are measured again
//   FLOWZOO_BACKEND=native npm run cards          on other kernels, faster: the same figures to their last digits
//
// What people wrote about a preset stands in scripts/cards/<name>.json; every figure comes from here.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const presets = join(root, 'packages/zoo/presets');
const notesFolder = join(root, 'scripts/cards');

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
const writeJson = (path, value) => writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
const flowzoo = (...args) =>
  JSON.parse(
    execFileSync('node', [join(root, 'packages/cli/bin/flowzoo.js'), ...args], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );

const index = [];
for (const file of readdirSync(notesFolder).sort((a, b) =>
  a.replace('.json', '') < b.replace('.json', '') ? -1 : 1,
)) {
  const { score, ...notes } = readJson(join(notesFolder, file));
  const folder = join(presets, notes.name);
  const spec = readJson(join(folder, 'model.json'));
  const { parameters } = flowzoo('show', folder, '--json');
  const wanted = process.argv.slice(2);
  const skipped = wanted.length > 0 && !wanted.includes(notes.name);
  const results = score.map((each, at) => (skipped ? null : measure(notes.name, folder, each)) ?? before(folder, at));
  const { summary, paper, data, training, deviations, comparison } = notes;
  const card = { name: notes.name, summary, paper, data, parameters, training, results, deviations, comparison };
  writeJson(join(folder, 'card.json'), card);
  writeFileSync(join(folder, 'README.md'), renderCard(card, spec));
  const bytes = statSync(join(folder, spec.weights.file)).size;
  index.push({ name: notes.name, summary, event: spec.event, parameters, bytes });
}
writeJson(join(presets, 'index.json'), index);
writeReadmeTable();

/** The table of presets in the project's README, between its markers. */
function writeReadmeTable() {
  const path = join(root, 'README.md');
  const rows = index.map(({ name, summary, parameters }) => {
    const [result] = readJson(join(presets, name, 'card.json')).results;
    const kind = kindOf(result);
    const figure = `${result.value.toFixed(3)} ± ${result.standardError.toFixed(3)} ${result.metric} (${kind})`;
    const link = `[\`${name}\`](packages/zoo/presets/${name}/README.md)`;
    return `| ${link} | ${summary} | ${parameters.toLocaleString('en-US')} | ${figure} | ${result.split} |`;
  });
  const table = [
    '| preset | what it is | parameters | result ± standard error | measured on |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
  const text = readFileSync(path, 'utf8');
  const filled = text.replace(
    /<!-- presets -->[\s\S]*<!-- \/presets -->/,
    `<!-- presets -->\n\n${table}\n\n<!-- /presets -->`,
  );
  writeFileSync(path, filled);
}

/** The figure that a card had before. */
function before(folder, at) {
  const result = readJson(join(folder, 'card.json')).results[at];
  console.error(`${folder}: kept ${result.value} ${result.metric} on ${result.split}`);
  return result;
}

/**
 * One likelihood with its standard error, by the command that the card prints; null when its data are neither here nor in
 * FLOWZOO_DATA.
 */
function measure(name, folder, { split, args, metric }) {
  const at = args.indexOf('--data') + 1;
  const places = [root, process.env.FLOWZOO_DATA].filter((place) => place !== undefined);
  const place = places.find((each) => existsSync(join(each, args[at])));
  if (place === undefined) return null;
  if (split.includes('recordings'))
    return measureRecordings(name, folder, { split, args, data: join(place, args[at]) });
  const found = args.map((word) => (existsSync(join(place, word)) && /[./]/.test(word) ? join(place, word) : word));
  const backend = process.env.FLOWZOO_BACKEND === undefined ? [] : ['--backend', process.env.FLOWZOO_BACKEND];
  const report = flowzoo('score', folder, ...found, ...backend, '--json');
  const inNats = report.bitsPerDimension === null || metric === 'nats';
  const figure = inNats
    ? report.logProb
    : { mean: report.bitsPerDimension, standardError: report.bitsPerDimensionStandardError };
  return {
    split,
    rows: report.rows,
    metric: inNats ? 'nats' : 'bits/dim',
    value: round(figure.mean),
    standardError: round(figure.standardError),
    bound: report.bound,
    median: round(report.median),
    worst: round(report.worst.logProb),
    meanWithoutWorst10: round(report.meanWithoutWorst10),
    command: `npx flowzoo score ${name} ${args.join(' ')} --json`,
  };
}

/** Bits per sample of whole recordings. */
function measureRecordings(name, folder, { split, args, data }) {
  const report = JSON.parse(
    execFileSync('node', [join(root, 'scripts/recordings.mjs'), 'score', folder, data, ...args.slice(2), '--json'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  return {
    split,
    rows: report.recordings,
    metric: 'bits/sample',
    value: round(report.bits),
    standardError: round(report.standardError),
    bound: report.kind !== 'exact',
    median: null,
    worst: null,
    meanWithoutWorst10: null,
    command: `node scripts/recordings.mjs score packages/zoo/presets/${name} ${args.slice(1).join(' ')} --json`,
  };
}

/** Nats have lower bounds, bits per dimension upper ones. */
function kindOf({ bound, metric }) {
  if (!bound) return 'exact';
  return metric === 'nats' ? 'lower bound' : 'upper bound';
}

function round(value) {
  return Number(value.toFixed(4));
}

function renderCard(card, spec) {
  const list = (items) => items.map((item) => `- ${item}`).join('\n');
  const rows = card.results.map((result) => {
    const kind = kindOf(result);
    const { split, rows: count, value, standardError, metric, median, worst, meanWithoutWorst10 } = result;
    return `| ${split} | ${count} | ${value} ± ${standardError} ${metric} (${kind}) | ${[median, worst, meanWithoutWorst10].map((nats) => nats ?? '').join(' | ')} |`;
  });
  return `# ${card.name}

${card.summary}

[${card.paper.title}](${card.paper.url}), ${card.paper.authors}, ${card.paper.year}.

| rows | count | result ± standard error | median, nats | worst row, nats | mean without the worst ten, nats |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

Measured by

\`\`\`
${card.results.map((result) => result.command).join('\n')}
\`\`\`

${card.parameters.toLocaleString('en-US')} parameters, event shape [${spec.event.join(', ')}].

## Data

${card.data.name}. ${card.data.source} Licence: ${card.data.licence}.

- Training: ${card.data.training}
- Validation: ${card.data.validation}
- Evaluation: ${card.data.evaluation}

## Training

\`\`\`
${card.training.command}
\`\`\`

Seed ${card.training.seed}, ${card.training.minutes} minutes on ${card.training.machine}.

Tried on the validation rows:

${list(card.training.tried)}

## Departures from the paper

${list(card.deviations)}

## Comparison

${list(card.comparison)}
`;
}
