import { bitsPerDimension, evaluate, sizeOf } from '@flowzoo/core';
import type { Command } from 'commander';
import { writeData } from '../data/index.ts';
import { openModel } from '../model-argument.ts';
import { wholeNumber } from '../options.ts';
import type { CommandContext } from '../program.ts';
import { openRegistry, startEngine, type SessionOptions } from '../session.ts';
import { readContext, readTable } from '../tables.ts';
import { createProgress, formatUncertain, formatNumber } from '../terminal/index.ts';

interface ScoreOptions extends SessionOptions {
  readonly data: string;
  readonly rows?: string;
  readonly context?: string;
  readonly out?: string;
  readonly json?: boolean;
  readonly seed: number;
  readonly draws: number;
  readonly batch: number;
}

/** `flowzoo score`: the likelihood of data, with its standard error. */
export function addScore(program: Command, { terminal }: CommandContext): void {
  program
    .command('score')
    .description('score data: mean log-likelihood with its standard error, and each row with --out')
    .argument('<model>', 'preset or folder')
    .requiredOption('--data <file>', '.npy, .csv, IDX or .png, also gzipped')
    .option('--rows <range>', 'rows of the file, as in 0:100 or -360:')
    .option('--context <file>', 'one row per row of data, or one for all')
    .option('--draws <N>', 'noise draws per row, for a bound', wholeNumber('--draws', 1), 1)
    .option('--seed <S>', 'seed of the noise', wholeNumber('--seed', 0), 0)
    .option('--batch <N>', 'rows at once', wholeNumber('--batch', 1), 256)
    .option('--out <file>', 'write the log-likelihood of each row: .npy or .csv')
    .option('--json', 'print JSON')
    .action(async (name: string, options: ScoreOptions) => {
      await startEngine(options);
      const model = await openModel(name, await openRegistry(options));
      const x = await readTable(options.data, options.rows);
      const context = await readContext(options.context, x.shape[0]!);
      const progress = createProgress({
        label: 'score',
        total: x.shape[0]!,
        unit: 'rows',
        stream: terminal.progress,
      });
      const result = await evaluate(
        model,
        { x, context },
        {
          batchSize: options.batch,
          seed: options.seed,
          draws: options.draws,
          onProgress: ({ done }) => progress.update(done),
        },
      );
      progress.finish();
      if (options.out !== undefined) {
        await writeData(options.out, { shape: [result.rows, 1], values: result.logProb, columns: ['log_prob'] });
      }
      const dimensions = sizeOf(model.eventShape);
      const report = {
        model: model.spec.name ?? name,
        rows: result.rows,
        logProb: { mean: result.mean, standardError: result.standardError },
        bitsPerDimension: result.bound
          ? {
              mean: bitsPerDimension(result.mean, { dimensions }),
              standardError: Math.abs(bitsPerDimension(result.standardError, { dimensions })),
            }
          : null,
        bound: result.bound,
        median: result.median,
        worst: { logProb: result.worst, row: result.worstRow },
        meanWithoutWorst10: result.meanWithoutWorst10,
      };
      model.dispose();
      if (options.json === true) terminal.out(JSON.stringify(report, null, 2));
      else for (const line of describe(report)) terminal.out(line);
    });
}

interface Report {
  readonly model: string;
  readonly rows: number;
  readonly logProb: { readonly mean: number; readonly standardError: number };
  readonly bitsPerDimension: { readonly mean: number; readonly standardError: number } | null;
  readonly bound: boolean;
  readonly median: number;
  readonly worst: { readonly logProb: number; readonly row: number };
  readonly meanWithoutWorst10: number | null;
}

function describe(report: Report): string[] {
  const { logProb, bitsPerDimension: bits, bound } = report;
  const kind = bound ? 'lower bound' : 'exact';
  const lines = [
    `${report.model}, ${report.rows} rows`,
    `log-likelihood  ${formatUncertain(logProb.mean, logProb.standardError)} nats per row (${kind})`,
  ];
  if (bits !== null) {
    lines.push(`                ${formatUncertain(bits.mean, bits.standardError)} bits per dimension (upper bound)`);
  }
  lines.push(`median          ${formatNumber(report.median)}`);
  lines.push(`worst           ${formatNumber(report.worst.logProb)} (row ${report.worst.row})`);
  if (report.meanWithoutWorst10 !== null) {
    lines.push(`without worst 10 ${formatNumber(report.meanWithoutWorst10)}`);
  }
  return lines;
}
