/**
 * Copies b[0..inner, 0..columns) into panels of eight columns, row after row of a panel, so that a tile reads it in one
 * stream; the last panel is filled up with zeros. Strides are in bytes. Needs ⌈columns / 8⌉ · inner · 32 bytes.
 */
export function packPanels(
  b: usize,
  bRow: usize,
  bColumn: usize,
  inner: usize,
  columns: usize,
  panels: usize,
): void {
  let left = columns;
  while (left >= 8) {
    if (bColumn == 4) copyPanel(b, bRow, inner, panels);
    else if (bRow == 4) transposePanel(b, bColumn, inner, panels);
    else gatherPanel(b, bRow, bColumn, inner, 8, panels);
    b += bColumn << 3;
    panels += inner << 5;
    left -= 8;
  }
  if (left > 0) gatherPanel(b, bRow, bColumn, inner, left, panels);
}

function copyPanel(b: usize, bRow: usize, inner: usize, panel: usize): void {
  const end = panel + (inner << 5);
  do {
    v128.store(panel, v128.load(b));
    v128.store(panel, v128.load(b, 16), 16);
    b += bRow;
    panel += 32;
  } while (panel != end);
}

/** Eight columns that each lie in one piece: blocks of four by four are turned in registers. */
function transposePanel(b: usize, bColumn: usize, inner: usize, panel: usize): void {
  let k = inner;
  while (k >= 4) {
    turn(b, bColumn, panel);
    turn(b + (bColumn << 2), bColumn, panel + 16);
    b += 16;
    panel += 128;
    k -= 4;
  }
  if (k > 0) gatherPanel(b, 4, bColumn, k, 8, panel);
}

@inline
function turn(from: usize, column: usize, to: usize): void {
  const c0 = v128.load(from);
  const c1 = v128.load(from + column);
  const c2 = v128.load(from + (column << 1));
  const c3 = v128.load(from + (column << 1) + column);
  const low01 = v128.shuffle<f32>(c0, c1, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(c0, c1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(c2, c3, 0, 4, 1, 5);
  const high23 = v128.shuffle<f32>(c2, c3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(low01, low23, 0, 2));
  v128.store(to, v128.shuffle<i64>(low01, low23, 1, 3), 32);
  v128.store(to, v128.shuffle<i64>(high01, high23, 0, 2), 64);
  v128.store(to, v128.shuffle<i64>(high01, high23, 1, 3), 96);
}

function gatherPanel(b: usize, bRow: usize, bColumn: usize, inner: usize, columns: usize, panel: usize): void {
  const end = panel + (inner << 5);
  const width = columns << 2;
  do {
    v128.store(panel, f32x4.splat(0));
    v128.store(panel, f32x4.splat(0), 16);
    let from = b;
    for (let j: usize = 0; j < width; j += 4, from += bColumn) store<f32>(panel + j, load<f32>(from));
    b += bRow;
    panel += 32;
  } while (panel != end);
}

/**
 * Copies `rows` (1 to 4) rows of a so that the elements of one step of the sum lie side by side: a tile then reads them
 * with aRow = 4 and aStep = 4 · rows. Needs rows · inner · 4 bytes.
 */
export function packRows(a: usize, aRow: usize, aStep: usize, rows: usize, inner: usize, to: usize): void {
  const end = to + ((rows * inner) << 2);
  if (rows == 4 && aRow == 4) {
    do {
      v128.store(to, v128.load(a));
      a += aStep;
      to += 16;
    } while (to != end);
    return;
  }
  const width = rows << 2;
  do {
    let from = a;
    for (let i: usize = 0; i < width; i += 4, from += aRow) store<f32>(to + i, load<f32>(from));
    a += aStep;
    to += width;
  } while (to != end);
}

/** packRows for four tiles of four rows that lie side by side. */
export function packSixteenRows(a: usize, aStep: usize, inner: usize, to: usize): void {
  const tileBytes = inner << 4;
  const end = to + tileBytes;
  const third = tileBytes << 1;
  const fourth = third + tileBytes;
  do {
    v128.store(to, v128.load(a));
    v128.store(to + tileBytes, v128.load(a, 16));
    v128.store(to + third, v128.load(a, 32));
    v128.store(to + fourth, v128.load(a, 48));
    a += aStep;
    to += 16;
  } while (to != end);
}
