import type { DataTable } from '@flowzoo/cli';
import { isFlow, type FlowModel, type Model } from '@flowzoo/core';
import { completes } from '@flowzoo/zoo';
import { digitPictures } from './digits.ts';
import { attributePicture, classPicture, glowPictures } from './glow.ts';
import { measure, type Measurement } from './measure.ts';
import type { Picture } from './page.ts';
import { pixelPictures } from './pixels.ts';
import { powerPicture } from './power.ts';

/** What the tour shows of one preset. */
export interface Exhibit {
  /** Null for conditional models: the rows in this repository have no labels. */
  readonly measurement: Measurement | null;
  readonly pictures: readonly Picture[];
}

/** Measures a preset and draws what suits it; a conditional one needs no data. */
export async function show(
  name: string,
  model: Model,
  data: DataTable | null,
  labels: ArrayLike<number> | null = null,
): Promise<Exhibit> {
  if (data === null || model.contextSize > 0) {
    return { measurement: null, pictures: [await classPicture(name, model as FlowModel, { levels: levelsOf(model) })] };
  }
  // Drawing pixel after pixel takes its time.
  const rows = { ...data, shape: [data.shape[0]!, ...model.eventShape] };
  const samples = completes(model) || model.eventShape.length > 2 ? 100 : 1000;
  return {
    measurement: await measure(name, model, rows, { samples }),
    pictures: await picturesOf(name, model, { data: rows, labels }),
  };
}

async function picturesOf(
  name: string,
  model: Model,
  { data, labels }: { readonly data: DataTable; readonly labels: ArrayLike<number> | null },
): Promise<Picture[]> {
  if (completes(model)) return pixelPictures(name, model as Model & typeof model, data);
  if (!isFlow(model)) return [];
  const flow = model as FlowModel;
  const levels = levelsOf(model);
  if (name.startsWith('glow')) {
    const pictures = await glowPictures(name, flow, data, { levels });
    return labels === null ? pictures : [...pictures, await attributePicture(name, flow, data, { labels, levels })];
  }
  if (name.endsWith('-digits')) return digitPictures(name, flow, data);
  return name.endsWith('-power-hourly') ? powerPicture(name, flow, data) : [];
}

/** Levels of the data of a flow that begins by dequantizing them; scales count their "levels", too, but come later. */
function levelsOf({ spec, levels: own }: Model): number {
  if (own !== undefined) return own;
  const layers = spec.model['layers'] as readonly { readonly levels?: number }[];
  return layers.find(({ levels }) => typeof levels === 'number' && levels > 2)?.levels ?? 256;
}
