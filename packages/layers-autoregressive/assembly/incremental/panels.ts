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
  for (; batch >= lanes; batch -= lanes, state += panelBytes, values += rowBytes * lanes) {
    if (lanes == 8) gatherFours(values, rowBytes, order, count, state, 32, 2);
    else if (lanes == 4) gatherFours(values, rowBytes, order, count, state, 16, 1);
    else gatherLanes(values, rowBytes, order, count, state, lanes, 1);
  }
  if (batch > 0) gatherLanes(values, rowBytes, order, count, state, lanes, batch);
}

@inline
function gatherFours(
  values: usize,
  rowBytes: usize,
  order: usize,
  count: i32,
  state: usize,
  step: usize,
  fours: i32,
): void {
  for (; count > 0; count--, order += 4, state += step) {
    let at = values + (<usize>load<i32>(order) << 2);
    for (let four = 0; four < fours; four++, at += rowBytes << 2) {
      let v = v128.load32_zero(at);
      v = v128.load_lane<f32>(at + rowBytes, v, 1);
      v = v128.load_lane<f32>(at + 2 * rowBytes, v, 2);
      v = v128.load_lane<f32>(at + 3 * rowBytes, v, 3);
      v128.store(state + (<usize>four << 4), v);
    }
  }
}

function gatherLanes(
  values: usize,
  rowBytes: usize,
  order: usize,
  count: i32,
  state: usize,
  lanes: i32,
  here: i32,
): void {
  for (; count > 0; count--, order += 4) {
    let at = values + (<usize>load<i32>(order) << 2);
    for (let lane = 0; lane < lanes; lane++, state += 4, at += rowBytes) {
      store<f32>(state, lane < here ? load<f32>(at) : 0);
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
  for (; batch >= lanes; batch -= lanes, state += panelBytes, values += rowBytes * lanes) {
    if (lanes == 8) scatterFours(values, rowBytes, order, count, state, 32, 2);
    else if (lanes == 4) scatterFours(values, rowBytes, order, count, state, 16, 1);
    else scatterLanes(values, rowBytes, order, count, state, lanes, 1);
  }
  if (batch > 0) scatterLanes(values, rowBytes, order, count, state, lanes, batch);
}

@inline
function scatterFours(
  values: usize,
  rowBytes: usize,
  order: usize,
  count: i32,
  state: usize,
  step: usize,
  fours: i32,
): void {
  for (; count > 0; count--, order += 4, state += step) {
    let at = values + (<usize>load<i32>(order) << 2);
    for (let four = 0; four < fours; four++, at += rowBytes << 2) {
      const v = v128.load(state + (<usize>four << 4));
      v128.store_lane<f32>(at, v, 0);
      v128.store_lane<f32>(at + rowBytes, v, 1);
      v128.store_lane<f32>(at + 2 * rowBytes, v, 2);
      v128.store_lane<f32>(at + 3 * rowBytes, v, 3);
    }
  }
}

function scatterLanes(
  values: usize,
  rowBytes: usize,
  order: usize,
  count: i32,
  state: usize,
  lanes: i32,
  here: i32,
): void {
  for (; count > 0; count--, order += 4, state += <usize>lanes << 2) {
    let at = values + (<usize>load<i32>(order) << 2);
    for (let lane = 0; lane < here; lane++, at += rowBytes) store<f32>(at, load<f32>(state + (<usize>lane << 2)));
  }
}
