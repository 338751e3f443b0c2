// Numbers of several images that instructions read or write, as src/pixelcnn/cached/program.ts lays them out.

/** Address of the first image's numbers at a position; `row` may be above the image. */
@inline
export function addressAt(memory: usize, place: usize, row: i32, column: i32): usize {
  const offset = load<i32>(place) + slotOf(place, row) * load<i32>(place, 12) + column * load<i32>(place, 16);
  return memory + (<usize>offset << 2);
}

/** Bytes from an image to the next. */
@inline
export function imageStep(place: usize): usize {
  return <usize>load<i32>(place, 4) << 2;
}

/** Bytes from a column to the next. */
@inline
export function columnStep(place: usize): usize {
  return <usize>load<i32>(place, 16) << 2;
}

/** How many rows are kept. */
@inline
export function keptRows(place: usize): i32 {
  return load<i32>(place, 8);
}

/** Bytes from a kept row to the next. */
@inline
export function rowStep(place: usize): usize {
  return <usize>load<i32>(place, 12) << 2;
}

/** Which of the kept rows a row is. */
@inline
export function slotOf(place: usize, row: i32): i32 {
  const rows = keptRows(place);
  const slot = row % rows;
  return slot < 0 ? slot + rows : slot;
}
