export { Chain, chainDefinition, type ChainOptions } from './chain.ts';
export { countParameters, describeModel, isFlow, type LayerSummary, type ModelSummary } from './describe.ts';
export type { NonFinite } from './diagnose.ts';
export { Flow, flowDefinition, type FlowOptions } from './flow.ts';
export { Invert, invertDefinition } from './invert.ts';
export { contextFor, contextSizeOf, forwardThrough, initializeThrough, inverseThrough } from './through.ts';
export { combineTraits } from './traits.ts';
