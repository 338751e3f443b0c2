import { bitsPerDimension, evaluate, sizeOf, type Model } from '@flowzoo/core';
import type { Command } from 'commander';
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
  readonly batch?: number;
}

/** `flowzoo score`: the likelihood of data, with its standard error. */
export function addScore(program: Command, { terminal }: CommandContext): void {
  const command = program
    .command('score')
    .description('score data: mean log-likelihood with its standard error, and each row with --out')
    .argument('<model>', 'preset or folder');
  addDataOptions(command, 'the rows')
    .option('--out <file>', 'write the log-likelihood of each row, in nats: .npy or .csv')
    .option('--draws <N>', 'noise draws per row, where the score is a bound', wholeNumber('--draws', 1), 1)
    .option('--seed <S>', 'seed of that noise', wholeNumber('--seed', 0), 0)
    .option('--batch <N>', 'rows at once; 256, or fewer of large discrete rows', wholeNumber('--batch', 1))
    .action(async (name: string, options: ScoreOptions) => {
      await checkOut(options.out);
      const model = await openModel(name, await openSession(options, terminal));
      const input = await readInput(options, model);
      const progress = createProgress({
        label: 'score',
        total: input.x.shape[0]!,
        unit: 'rows',
        stream: terminal.progress,
      });
      const { batch: batchSize = rowsAtOnce(model), seed, draws } = options;
      const onProgress = ({ done }: { done: number }): void => progress.update(done);
      const result = await evaluate(model, input, { batchSize, seed, draws, onProgress });
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
  readonly median: number;
  readonly worst: { readonly logProb: number; readonly row: number };
  readonly meanWithoutWorst10: number | null;
}

function describe(report: Report): string[] {
  const { logProb, bitsPerDimension: bits, bitsPerDimensionStandardError: bitsError, bound } = report;
  const lines: [string, string][] = [
    [
      'log-likelihood',
      `${formatUncertain(logProb.mean, logProb.standardError)} nats per row (${bound ? 'lower bound' : 'exact'})`,
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

/** A PixelCNN keeps every feature of every layer of all rows; a flow that dequantizes draws its noise batch by batch. */
function rowsAtOnce({ levels, eventShape }: Model): number {
  return levels === undefined ? 256 : Math.max(1, Math.min(256, Math.floor(2 ** 16 / sizeOf(eventShape))));
}
