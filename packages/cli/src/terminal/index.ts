export { colorEnabled, isTerminal, style } from './color.ts';
export type { Environment, TerminalLike } from './color.ts';
export { formatBytes, formatCount, formatDuration, formatNumber, formatUncertain } from './format.ts';
export { createProgress, formatProgress } from './progress.ts';
export type { Progress, ProgressOptions, ProgressState, ProgressStream } from './progress.ts';
export { formatTable } from './table.ts';
export type { Cell, TableOptions } from './table.ts';
