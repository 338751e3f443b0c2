import { formatTable, formatUncertain } from '@flowzoo/cli';
import type { EnergyFit } from './fit-energy.ts';

/** The figures of some fits as a table. */
export function formatFits(fits: readonly EnergyFit[]): string {
  return formatTable({
    titles: ['energy', 'flow', 'KL(q‖p), grid', 'KL, draws', 'log Z, grid', 'log Z, draws', 'ESS', '∫ q', 'seconds'],
    rows: fits.map(({ energy, flow, divergence, logNormalizer, mass, evaluation, seconds }) => [
      energy,
      flow,
      divergence.toFixed(4),
      formatUncertain(evaluation.reverseKl.value, evaluation.reverseKl.standardError),
      logNormalizer.toFixed(4),
      formatUncertain(evaluation.logEvidence.value, evaluation.logEvidence.standardError),
      `${((100 * evaluation.effectiveSampleSize) / evaluation.samples).toFixed(1)} %`,
      mass.toFixed(4),
      seconds.toFixed(1),
    ]),
    alignRight: [2, 3, 4, 5, 6, 7, 8],
  });
}
