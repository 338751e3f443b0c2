export { conformance } from './conformance.ts';
export type { Domain } from './domain.ts';
export {
  DEFAULT_TOLERANCE,
  type Case,
  type CaseOptions,
  type ConformanceOptions,
  type TestRunner,
  type Tolerance,
} from './options.ts';
export { runConformance, type ClauseResult } from './run-conformance.ts';
