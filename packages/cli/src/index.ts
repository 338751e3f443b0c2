export { createProgram } from './program.ts';
export { EXIT_FAILURE, EXIT_OK, EXIT_USAGE, run } from './run.ts';
export type { Terminal } from './terminal.ts';
