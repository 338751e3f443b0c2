import { formatTable, formatUncertain } from '@flowzoo/cli';
import { posteriorNames } from './posterior.ts';
import type { VaeResult } from './train.ts';

/** Several trainings as a table: one line per posterior and length of training, means with standard errors over seeds. */
export function formatComparison(results: readonly VaeResult[]): string {
  const groups = new Map<string, VaeResult[]>();
  const order = ({ posterior }: VaeResult): number => posteriorNames.indexOf(posterior);
  for (const result of results.toSorted((a, b) => order(a) - order(b) || a.steps - b.steps)) {
    const { posterior, steps, batchSize, latent } = result;
    const key = [posterior, steps, batchSize, latent].join(' ');
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  return formatTable({
    titles: ['posterior', 'steps', 'seeds', '−ELBO', '−log p, weighted', 'parameters', 'training, s'],
    rows: [...groups.values()].map((group) => [
      group[0]!.posterior,
      String(group[0]!.steps),
      String(group.length),
      overSeeds(group.map(({ negativeElbo }) => negativeElbo.mean)),
      overSeeds(group.map(({ negativeLogLikelihood }) => negativeLogLikelihood.mean)),
      String(group[0]!.parameters),
      mean(group.map(({ trainingSeconds }) => trainingSeconds)).toFixed(0),
    ]),
    alignRight: [1, 2, 3, 4, 5, 6],
  });
}

/** Mean ± s/√n with s the deviation between seeds; one seed alone has no error to show. */
function overSeeds(values: readonly number[]): string {
  const centre = mean(values);
  const count = values.length;
  if (count < 2) return centre.toFixed(2);
  const variance = values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (count - 1);
  return formatUncertain(centre, Math.sqrt(variance / count));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
