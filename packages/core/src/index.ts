export * from './composition/index.ts';
export * from './contracts/index.ts';
export * from './errors/flowzoo-error.ts';
export { core } from './plugin.ts';
export * from './random/random.ts';
export * from './registry/index.ts';
export * from './spec/index.ts';
