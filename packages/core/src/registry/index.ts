export type * from './build.ts';
export * from './plugin.ts';
export { createRegistry, type FlowModel, type Model, type PartSite, type Registry } from './registry.ts';
