export * from './compare.ts';
export * from './double-well.ts';
export * from './fit-flow.ts';
