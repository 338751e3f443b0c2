/** What {@link headerKeys} finds. */
export interface HeaderKeys {
  /** The outermost keys in the order of the text. */
  readonly outer: readonly string[];
  /** A key that stands twice in one object: `"weight"`, or `"weight" / "shape"` further in. */
  readonly duplicate: string | null;
}

/**
 * Lists the keys of a JSON object as they stand in the text: `JSON.parse` keeps the last of two equal keys silently and
 * moves keys like `"0"` to the front.
 *
 * @param text JSON that `JSON.parse` has accepted
 */
export function headerKeys(text: string): HeaderKeys {
  const outer: string[] = [];
  const scopes: { readonly seen: Set<string>; key: string }[] = [];
  for (let i = 0; i < text.length; i++) {
    const symbol = text[i];
    if (symbol === '{' || symbol === '[') scopes.push({ seen: new Set(), key: '' });
    else if (symbol === '}' || symbol === ']') scopes.pop();
    if (symbol !== '"') continue;
    const start = i;
    i = closingQuote(text, start);
    if (!isKey(text, i + 1)) continue;
    const scope = scopes.at(-1)!;
    scope.key = JSON.parse(text.slice(start, i + 1)) as string;
    if (scope.seen.has(scope.key)) {
      return { outer, duplicate: scopes.map(({ key }) => JSON.stringify(key)).join(' / ') };
    }
    scope.seen.add(scope.key);
    if (scopes.length === 1) outer.push(scope.key);
  }
  return { outer, duplicate: null };
}

// Searched by hand: a regular expression for strings exhausts the stack on one of several megabytes.
function closingQuote(text: string, opening: number): number {
  for (let i = opening + 1; ; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i;
  }
}

/** Whether a colon follows, behind the four kinds of space of JSON. */
function isKey(text: string, from: number): boolean {
  let i = from;
  while (' \t\n\r'.includes(text[i]!)) i++;
  return text[i] === ':';
}
