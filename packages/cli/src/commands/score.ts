import { bitsPerDimension, evaluate, FlowzooError, sizeOf, type Model } from '@flowzoo/core';
import { Option, type Command } from 'commander';
import { writeData } from '../data/index.ts';
import { readInput } from '../input.ts';
import { openModel } from '../model-argument.ts';
import { addDataOptions, addExamples, addJson, wholeNumber, type DataOptions } from '../options.ts';
import { checkOut } from '../output.ts';
import type { CommandContext } from '../command-context.ts';
import { openSession, type SessionOptions } from '../session.ts';
import { createProgress, formatNumber, formatUncertain } from '../terminal/index.ts';

interface ScoreOptions extends SessionOptions, DataOptions {
  readonly out?: string;
  readonly json?: boolean;
  readonly seed: number;
  readonly draws: number;
  readonly combine: Combination;
  readonly batch?: number;
}

/** How several draws of a bound become one number per row. */
type Combination = 'mean' | 'log-mean-exp';

/** `flowzoo score`: the likelihood of data, with its standard error. */
export function addScore(program: Command, { terminal }: CommandContext): void {
  const command = program
    .command('score')
    .description('score data: mean log-likelihood with its standard error, and each row with --out')
    .argument('<model>', 'preset or folder');
  addDataOptions(command, 'the rows')
    .option('--out <file>', 'write the log-likelihood of each row, in nats: .npy or .csv')
    .option('--draws <N>', 'noise draws per row, where the score is a bound', wholeNumber('--draws', 1), 1)
    .addOption(
      new Option(
        '--combine <how>',
        'several draws to one number per row: their mean, or log-mean-exp, the tighter importance-weighted bound',
      )
        .choices(['mean', 'log-mean-exp'])
        .default('mean'),
    )
    .option('--seed <S>', 'seed of that noise', wholeNumber('--seed', 0), 0)
    .option('--batch <N>', 'rows at once; 256, or fewer of large discrete rows', wholeNumber('--batch', 1))
    .action(async (name: string, options: ScoreOptions) => {
      checkDraws(options);
      await checkOut(options.out);
      const model = await openModel(name, await openSession(options, terminal));
      checkCombines(model, options);
      const input = await readInput(options, model);
      const progress = createProgress({
        label: 'score',
        total: input.x.shape[0]!,
        unit: 'rows',
        stream: terminal.progress,
      });
      const { batch: batchSize = rowsAtOnce(model), seed, draws, combine } = options;
      const onProgress = ({ done }: { done: number }): void => progress.update(done);
      const result = await evaluate(model, input, { batchSize, seed, draws, combine, onProgress });
      progress.finish();
      if (options.out !== undefined) {
        await writeData(options.out, { shape: [result.rows, 1], values: result.logProb, columns: ['log_prob'] });
      }
      const bits = (nats: number): number => bitsPerDimension(nats, { dimensions: sizeOf(model.eventShape) });
      const report: Report = {
        model: model.spec.name ?? name,
        rows: result.rows,
        logProb: { mean: result.mean, standardError: result.standardError },
        // Data that are not discrete have a density, and bits of a density depend on the unit of measurement.
        bitsPerDimension: result.bitsPerDimension,
        bitsPerDimensionStandardError: result.bitsPerDimension === null ? null : Math.abs(bits(result.standardError)),
        bound: result.bound,
        draws: result.bound ? draws : null,
        combine: result.bound ? combine : null,
        median: result.median,
        worst: { logProb: result.worst, row: result.worstRow },
        meanWithoutWorst10: result.meanWithoutWorst10,
      };
      model.dispose();
      if (options.json === true) terminal.out(JSON.stringify(report, null, 2));
      else for (const line of describe(report)) terminal.out(line);
    });
  addExamples(
    addJson(command),
    'score realnvp-power-hourly --data rows.csv',
    'score realnvp-digits --data digits.npy --rows 0:360 --draws 4 --json',
    'score realnvp-digits --data digits.npy --rows 0:360 --draws 16 --combine log-mean-exp',
    'score my-model --data rows.csv --out log-likelihoods.csv',
  );
}

/** What `--json` prints; nats, and rows counted from 0 within those that were selected. */
interface Report {
  readonly model: string;
  readonly rows: number;
  readonly logProb: { readonly mean: number; readonly standardError: number };
  readonly bitsPerDimension: number | null;
  readonly bitsPerDimensionStandardError: number | null;
  readonly bound: boolean;
  /** How the bound was estimated; null where the log-likelihood is exact. */
  readonly draws: number | null;
  readonly combine: Combination | null;
  readonly median: number;
  readonly worst: { readonly logProb: number; readonly row: number };
  readonly meanWithoutWorst10: number | null;
}

function describe(report: Report): string[] {
  const { logProb, bitsPerDimension: bits, bitsPerDimensionStandardError: bitsError, bound } = report;
  const lines: [string, string][] = [
    [
      'log-likelihood',
      `${formatUncertain(logProb.mean, logProb.standardError)} nats per row (${bound ? `lower bound${estimate(report)}` : 'exact'})`,
    ],
  ];
  if (bits !== null)
    lines.push([
      '',
      `${formatUncertain(bits, bitsError ?? 0)} bits per dimension (${bound ? 'upper bound' : 'exact'})`,
    ]);
  lines.push(['median', formatNumber(report.median)]);
  lines.push(['worst', `${formatNumber(report.worst.logProb)} (row ${report.worst.row})`]);
  if (report.meanWithoutWorst10 !== null) {
    lines.push(['mean without the worst 10', formatNumber(report.meanWithoutWorst10)]);
  }
  const width = Math.max(...lines.map(([label]) => label.length));
  return [`${report.model}, ${report.rows} rows`, ...lines.map(([label, value]) => `${label.padEnd(width)}  ${value}`)];
}

/** What kind of bound it is, where draws were combined. */
function estimate({ draws, combine }: Report): string {
  if (draws === null || draws === 1) return '';
  return combine === 'mean' ? `, mean of ${draws} draws` : `, importance-weighted over ${draws} draws`;
}

/** Importance weights need draws to weigh. @throws E_OPTION */
function checkDraws({ draws, combine }: ScoreOptions): void {
  if (combine === 'mean' || draws > 1) return;
  throw new FlowzooError('E_OPTION', 'one draw has nothing to be combined with', {
    at: '--combine log-mean-exp',
    expected: '--draws of 2 or more',
    found: '--draws 1',
    remedy: '`--draws 16 --combine log-mean-exp` gives the importance-weighted bound',
  });
}

/** @throws E_OPTION where no noise is drawn, so that there is no bound to tighten */
function checkCombines(model: Model, { combine }: ScoreOptions): void {
  if (combine === 'mean' || model.lowerBound) return;
  throw new FlowzooError(
    'E_OPTION',
    'the log-likelihood of this model is exact, and draws of noise do not tighten it',
    {
      at: '--combine log-mean-exp',
      expected: 'a model that dequantizes its data',
      remedy: 'Leave --combine out',
    },
  );
}

/** A PixelCNN keeps every feature of every layer of all rows; a flow that dequantizes draws its noise batch by batch. */
function rowsAtOnce({ levels, eventShape }: Model): number {
  return levels === undefined ? 256 : Math.max(1, Math.min(256, Math.floor(2 ** 16 / sizeOf(eventShape))));
}
