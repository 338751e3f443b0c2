/** The code that the operating system gave for a failed call on a file (`ENOSPC`), or `unknown`. */
export function systemErrorCode(error: unknown): string {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code ?? 'unknown';
}

/** One line that tells what the operating system said. */
export function describeSystemError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
