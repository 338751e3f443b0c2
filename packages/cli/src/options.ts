import { FlowzooError } from '@flowzoo/core';

/** A whole number from the command line. @throws E_OPTION */
export function wholeNumber(name: string, minimum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text.trim()) || !Number.isSafeInteger(value) || value < minimum) {
      throw new FlowzooError('E_OPTION', `must be a whole number, ${minimum} or more`, {
        at: name,
        found: `"${text}"`,
      });
    }
    return value;
  };
}

/** A number from the command line. @throws E_OPTION */
export function positiveNumber(name: string, options: { readonly zero?: boolean } = {}): (text: string) => number {
  return (text) => {
    const value = Number(text);
    const large = options.zero === true ? value >= 0 : value > 0;
    if (text.trim() === '' || !Number.isFinite(value) || !large) {
      const least = options.zero === true ? '0 or more' : 'above 0';
      throw new FlowzooError('E_OPTION', `must be a number ${least}`, { at: name, found: `"${text}"` });
    }
    return value;
  };
}

/** Appends to a list option that may be given several times. */
export function repeated(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
