export * from './contracts/index.ts';
export * from './errors/flowzoo-error.ts';
export * from './random/random.ts';
export type * from './registry/build.ts';
export * from './registry/plugin.ts';
