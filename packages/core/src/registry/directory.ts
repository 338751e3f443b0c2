import type { PartKind } from './plugin.ts';

/** Which official package has a type, and the name of its plugin: only so that a message can say what to install. */
const OFFICIAL: Readonly<Record<string, { readonly plugin: string; readonly types: readonly string[] }>> = {
  '@flowzoo/layers-coupling': {
    plugin: 'coupling',
    types: ['coupling', 'additive-coupling', 'affine-coupling', 'rational-quadratic-spline-coupling', 'scaling'],
  },
  '@flowzoo/layers-glow': {
    plugin: 'glow',
    types: ['actnorm', 'invertible-1x1-convolution', 'split', 'glow-step', 'glow'],
  },
  '@flowzoo/layers-planar': { plugin: 'planar', types: ['planar', 'radial', 'sylvester'] },
  '@flowzoo/layers-autoregressive': {
    plugin: 'autoregressive',
    types: ['made', 'maf', 'iaf', 'gated', 'pixelcnn', 'gated-pixelcnn', 'wavenet', 'parallel-wavenet'],
  },
};

/** The official package that has a type, if one has. */
function officialPackageOf(type: string): { readonly name: string; readonly plugin: string } | null {
  for (const [name, { plugin, types }] of Object.entries(OFFICIAL)) if (types.includes(type)) return { name, plugin };
  return null;
}

/** Why a type is unknown and what to do: the package that has it, or the nearest known names. */
export function explainUnknownType(
  written: string,
  kind: PartKind,
  known: readonly string[],
  others: PartKind[],
): string {
  const type = written.length > 60 ? `${written.slice(0, 57)}…` : written;
  const official = officialPackageOf(type);
  if (official !== null && !known.includes(type)) {
    return `"${type}" comes from ${official.name}, which is not registered: npm i ${official.name}, then registry.use(${official.plugin})`;
  }
  if (others.length > 0) return `"${type}" is a ${others.join(' and a ')}, but a ${kind} is wanted here`;
  const near = nearest(type, known);
  if (near !== null) return `no ${kind} is called "${type}": did you mean "${near}"?`;
  if (type.includes('/')) {
    return `"${type}" comes from a third-party plugin that is not registered: install the package of "${type.split('/')[0]}", then registry.use(its plugin)`;
  }
  return `no ${kind} is called "${type}" (known: ${known.join(', ') || 'none'})`;
}

/** The known word within a third of its length in edits, or null. */
export function nearest(word: string, known: readonly string[]): string | null {
  let best: string | null = null;
  let bestDistance = Infinity;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best !== null && bestDistance <= Math.max(1, Math.floor(Math.max(word.length, best.length) / 3)) ? best : null;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, substitution));
    }
    row = next;
  }
  return row[b.length]!;
}
