export {
  readData,
  renderSheet,
  toPng,
  writeData,
  type DataTable,
  type DataValues,
  type ReadDataOptions,
  type Sheet,
  type SheetOptions,
  type WriteDataOptions,
} from './data/index.ts';
export { createProgram } from './program.ts';
export { EXIT_FAILURE, EXIT_OK, EXIT_USAGE, run } from './run.ts';
export type { Terminal } from './terminal.ts';
export { formatTable, formatUncertain } from './terminal/index.ts';
