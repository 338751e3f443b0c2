/** The stable code of every error that flowzoo throws: programs compare the code, people read the message. */
export type ErrorCode =
  // arguments of a layer or a model
  | 'E_RANK'
  | 'E_BATCH'
  | 'E_EVENT_SHAPE'
  | 'E_CONTEXT'
  | 'E_DTYPE'
  | 'E_LOGDET_SHAPE'
  | 'E_OUT_OF_DOMAIN'
  | 'E_DISPOSED'
  | 'E_NOT_INITIALIZED'
  | 'E_NOT_INVERTIBLE'
  | 'E_NO_CONVERGENCE'
  | 'E_OPTION'
  // data
  | 'E_DATA_EMPTY'
  | 'E_DATA_NOT_FINITE'
  | 'E_DATA_CONSTANT'
  | 'E_DATA_FORMAT'
  | 'E_MASK'
  // plugins and specs
  | 'E_PLUGIN'
  | 'E_PLUGIN_CONTRACT'
  | 'E_PLUGIN_CONFLICT'
  | 'E_SPEC'
  | 'E_SPEC_VERSION'
  | 'E_SPEC_SHAPE'
  | 'E_UNKNOWN_TYPE'
  | 'E_REQUIRES'
  // weights and files
  | 'E_WEIGHTS_FORMAT'
  | 'E_WEIGHTS_HASH'
  | 'E_WEIGHTS_NAMES'
  | 'E_WEIGHTS_SHAPE'
  | 'E_WEIGHTS_DTYPE'
  | 'E_FILE_READ'
  | 'E_FILE_WRITE'
  | 'E_PRESET'
  // training
  | 'E_NOT_FINITE_LOSS'
  | 'E_CHECKPOINT'
  | 'E_WORKER'
  | 'E_OUT_OF_MEMORY'
  | 'E_ABORTED'
  | 'E_LINALG'
  // conformance suite
  | 'E_CONFORMANCE';

/** What an error tells: where it happened, what came, what was expected, and how to mend it. */
export interface ErrorDetails {
  /** The place: a path in the spec (`layers[3].conditioner`), a file, a row and column. */
  readonly at?: string | undefined;
  /** What came. */
  readonly found?: string | undefined;
  /** What was expected. */
  readonly expected?: string | undefined;
  /** What to do about it, a command where there is one. */
  readonly remedy?: string | undefined;
  /** One line per fault, when there are several. */
  readonly faults?: readonly string[] | undefined;
  readonly cause?: unknown;
}

/**
 * The one error class of flowzoo.
 *
 * The message reads `at: summary (expected …, got …). remedy`. Errors of another copy of core carry the same
 * `name` and `code`, so compare {@link FlowzooError.code}, or ask {@link isFlowzooError}; never `instanceof`.
 *
 * @example
 * throw new FlowzooError('E_RANK', 'wrong rank', { at: 'layers[0]', expected: '[batch, 6]', found: '[6]' });
 */
export class FlowzooError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, summary: string, details: ErrorDetails = {}) {
    super(compose(summary, details), details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'FlowzooError';
    this.code = code;
    this.details = details;
  }
}

function compose(summary: string, details: ErrorDetails): string {
  const found: string[] = [];
  if (details.expected !== undefined) found.push(`expected ${details.expected}`);
  if (details.found !== undefined) found.push(`got ${details.found}`);
  let text = details.at === undefined || details.at === '' ? summary : `${details.at}: ${summary}`;
  if (found.length > 0) text += ` (${found.join(', ')})`;
  if (details.remedy !== undefined) text += `. ${details.remedy}`;
  if (details.faults !== undefined && details.faults.length > 0) text += `\n  ${details.faults.join('\n  ')}`;
  return text;
}

/** Whether a caught value is an error of flowzoo, whichever copy of core threw it. */
export function isFlowzooError(value: unknown): value is FlowzooError {
  return value instanceof Error && value.name === 'FlowzooError' && 'code' in value;
}
