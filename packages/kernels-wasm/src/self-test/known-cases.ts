import { convolutionCases } from './convolution-cases.ts';
import { couplingCases } from './coupling-cases.ts';
import { elementCases } from './element-cases.ts';
import type { KnownCase } from './known-case.ts';
import { layoutCases } from './layout-cases.ts';
import { optimizerCases } from './optimizer-cases.ts';
import { productCases } from './product-cases.ts';
import { randomCases } from './random-cases.ts';
import { reductionCases } from './reduction-cases.ts';

/** tfjs kernel name → calls whose results were worked out by hand. */
export const knownCases: Readonly<Record<string, readonly KnownCase[]>> = {
  ...convolutionCases,
  ...couplingCases,
  ...elementCases,
  ...layoutCases,
  ...optimizerCases,
  ...productCases,
  ...randomCases,
  ...reductionCases,
};
