import { renderSheet, toPng } from '@flowzoo/cli';
import { densityPicture, energies, fitEnergy, flowNames, formatFits, type PictureRow } from '@flowzoo/example-energies';
import { compareSamplers, doubleWellTarget, fitProposal, formatFigures } from '@flowzoo/example-flow-proposal';
import type { FlowModel } from '@flowzoo/core';
import { flowProposal, independenceMetropolisHastings, randomWalk, runChains, traces } from '@flowzoo/samplers';
import type { Picture } from './page.ts';

/** A picture and the table that belongs to it. */
export interface Shown {
  readonly picture: Picture;
  readonly table: string;
}

/** The four energies of Rezende & Mohamed (2015), each fitted by reverse KL, beside the truth. */
export async function energyPicture({ steps }: { readonly steps: number }): Promise<Shown> {
  const fits = [];
  const rows: PictureRow[] = [];
  try {
    for (const energy of energies) {
      const flows: FlowModel[] = [];
      for (const name of flowNames) {
        // A step of the planar flow costs a quarter of one of Real NVP: the same time for both.
        const own = name === 'planar' ? 4 * steps : steps;
        const { flow, result } = await fitEnergy(energy, { flow: name, steps: own, seed: 1 });
        flows.push(flow);
        fits.push(result);
      }
      rows.push({ energy, logNormalizer: fits.at(-1)!.logNormalizer, flows });
    }
    const caption = `Four energies known up to a constant: the truth on the left, then ${flowNames.join(' and ')} fitted by reverse KL in about the same time`;
    return { picture: { file: 'energies.png', caption, png: await densityPicture(rows) }, table: formatFits(fits) };
  } finally {
    for (const { flows } of rows) for (const flow of flows) flow.dispose();
  }
}

const TRACE = { width: 480, height: 96, reach: 3 };

/** A double well: how a random walk and the proposals of a flow get from well to well. */
export async function samplerPicture({
  steps,
  draws,
}: {
  readonly steps: number;
  readonly draws: number;
}): Promise<Shown> {
  const { flow } = await fitProposal({ steps, seed: 1 });
  try {
    const sizes = { chains: 16, walkSamples: draws, flowSamples: Math.ceil(draws / 8), seed: 1 };
    const { walk, independence } = await compareSamplers(flow, sizes);
    const proposal = flowProposal(flow);
    const images = new Float32Array(2 * TRACE.width * TRACE.height);
    for (const [index, kernel] of [
      randomWalk({ stepSize: 0.5 }),
      independenceMetropolisHastings({ proposal }),
    ].entries()) {
      const result = await runChains(doubleWellTarget, kernel, {
        chains: 4,
        samples: TRACE.width,
        initial: proposal,
        seed: 2,
      });
      images.set(drawTrace(traces(result, 0)[0]!), index * TRACE.width * TRACE.height);
    }
    const shape = [2, TRACE.height, TRACE.width];
    const png = toPng(renderSheet({ shape, values: images }, { scale: 1, imagesPerRow: 1, gap: 4 }));
    const caption = `A double well, x₀ of one chain over ${TRACE.width} draws: a random walk above stays in a well, a flow as proposal below jumps between them`;
    return { picture: { file: 'sampler-traces.png', caption, png }, table: formatFigures([walk, independence]) };
  } finally {
    flow.dispose();
  }
}

/** One dot per draw, time to the right, the value upwards from −3 to 3. */
function drawTrace(values: ArrayLike<number>): Float32Array {
  const { width, height, reach } = TRACE;
  const image = new Float32Array(width * height);
  for (let i = 0; i < width; i++) {
    const row = Math.floor(((reach - values[i]!) / (2 * reach)) * height);
    if (row >= 0 && row < height) image[row * width + i] = 1;
  }
  return image;
}
