/** A rectangle of a mask outside of which its columns, or its rows, are empty. */
export interface MaskBlock {
  readonly rows: readonly [first: number, end: number];
  readonly columns: readonly [first: number, end: number];
}

/** What a mask leaves of a product: the same entries cut into blocks of columns and into blocks of rows. */
export interface MaskBlocks {
  readonly byColumns: readonly MaskBlock[];
  readonly byRows: readonly MaskBlock[];
}

/** More are narrower products, fewer skip less: of 2 to 8, six to eight were the fastest for 512 to 1568 columns. */
const COUNT = 6;
/** Weights below which cutting costs more than it saves. */
const LEAST_WEIGHTS = 2 ** 18;
/** Nothing is won where more than this share of the weights remains. */
const GREATEST_SHARE = 0.8;

/**
 * The blocks of a mask `[rows, columns]` of sorted degrees; null where it is small, or where its empty entries lie
 * scattered, as random orders have it.
 *
 * @param least Weights from which on there are blocks.
 */
export function maskBlocks(
  mask: Uint8Array,
  [rows, columns]: readonly [number, number],
  least: number = LEAST_WEIGHTS,
): MaskBlocks | null {
  if (mask.length < Math.max(1, least)) return null;
  const at = (row: number, column: number): boolean => mask[row * columns + column] !== 0;
  const byColumns = spans(columns).map((span) => ({ columns: span, rows: hull(span, rows, (c, r) => at(r, c)) }));
  const byRows = spans(rows).map((span) => ({ rows: span, columns: hull(span, columns, at) }));
  const share = Math.max(area(byColumns), area(byRows)) / mask.length;
  return share > GREATEST_SHARE ? null : { byColumns, byRows };
}

function spans(size: number): (readonly [number, number])[] {
  const count = Math.min(COUNT, size);
  const edge = (i: number): number => Math.round((i * size) / count);
  return Array.from({ length: count }, (_, i) => [edge(i), edge(i + 1)] as const);
}

/** From the first to the last line across the span that is not empty; one line where all are. */
function hull(
  [first, end]: readonly [number, number],
  size: number,
  at: (along: number, across: number) => boolean,
): readonly [number, number] {
  const isEmpty = (across: number): boolean => {
    for (let along = first; along < end; along++) if (at(along, across)) return false;
    return true;
  };
  let [low, high] = [0, size];
  while (low < size - 1 && isEmpty(low)) low++;
  while (high > low + 1 && isEmpty(high - 1)) high--;
  return [low, high];
}

function area(blocks: readonly MaskBlock[]): number {
  return blocks.reduce((sum, { rows, columns }) => sum + (rows[1] - rows[0]) * (columns[1] - columns[0]), 0);
}
