/**
 * Spreads `[batch, width]` over panels: row k of the state gets column order[k], `lanes` examples side by side, zeros where
 * there are no more examples. `state` is the first of the rows in the first panel; `panelBytes` leads to the next.
 */
export function gather(
  values: usize,
  batch: i32,
  width: i32,
  order: usize,
  count: i32,
  state: usize,
  panelBytes: usize,
  lanes: i32,
): void {
  const rowBytes = <usize>width << 2;
  for (let first = 0; first < batch; first += lanes, state += panelBytes) {
    const here = min(lanes, batch - first);
    const from = values + <usize>first * rowBytes;
    let to = state;
    for (let k = 0; k < count; k++) {
      let at = from + (<usize>load<i32>(order + (<usize>k << 2)) << 2);
      for (let lane = 0; lane < lanes; lane++, to += 4, at += rowBytes) {
        store<f32>(to, lane < here ? load<f32>(at) : 0);
      }
    }
  }
}

/** The way back from rows of the state to `[batch, width]`. */
export function scatter(
  values: usize,
  batch: i32,
  width: i32,
  order: usize,
  count: i32,
  state: usize,
  panelBytes: usize,
  lanes: i32,
): void {
  const rowBytes = <usize>width << 2;
  for (let first = 0; first < batch; first += lanes, state += panelBytes) {
    const here = min(lanes, batch - first);
    const into = values + <usize>first * rowBytes;
    let from = state;
    for (let k = 0; k < count; k++, from += <usize>lanes << 2) {
      let at = into + (<usize>load<i32>(order + (<usize>k << 2)) << 2);
      for (let lane = 0; lane < here; lane++, at += rowBytes) store<f32>(at, load<f32>(from + (<usize>lane << 2)));
    }
  }
}
