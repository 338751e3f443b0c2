import { mapAffine } from './affine';
import { finish } from './finish';
import { addGroups, addSingles, start } from './sums';

// The instructions: src/incremental/program.ts.
const END = 0;
const START = 1;
const GROUPS = 2;
const SINGLES = 3;
const FINISH = 4;
const TRANSFORM = 5;
const WORD_BYTES: usize = 32;

/** A transformer that is no affine one: rows of the value, the parameters and the log-derivative in a panel. */
@external('host', 'transform')
declare function transform(panel: i32, value: usize, parameters: usize, logDerivative: usize): void;

/**
 * Panels that go through a block together, instruction by instruction: what one of them waits for (a feature needs the sums
 * before it, its sums need the feature before) the processor fills with the others.
 */
const ABREAST = 4;

/**
 * Runs a program over all panels of `lanes` (1, 4 or 8) examples, block by block: the weights of a block stay near while
 * all panels take them. `settings` 0 calls the host for every feature.
 */
export function run(
  instructions: usize,
  blocks: i32,
  weights: usize,
  state: usize,
  panels: i32,
  panelBytes: usize,
  lanes: i32,
  activation: i32,
  slope: f32,
  settings: usize,
): void {
  for (; blocks > 0; blocks--) {
    let end: usize = 0;
    if (lanes == 1) end = runBlock(1, instructions, weights, state, 0, 1, 0, activation, slope, settings);
    else if (lanes == 4) end = runBlock(4, instructions, weights, state, 0, 1, 0, activation, slope, settings);
    else {
      for (let panel = 0; panel < panels; panel += ABREAST) {
        const rows = state + <usize>panel * panelBytes;
        const here = min(panels - panel, ABREAST);
        end = runBlock(8, instructions, weights, rows, panel, here, panelBytes, activation, slope, settings);
      }
    }
    instructions = end;
  }
}

/** One block of some panels from the number `panel` on; gives back where the next block begins. */
@inline
function runBlock(
  lanes: i32,
  at: usize,
  weights: usize,
  state: usize,
  panel: i32,
  panels: i32,
  panelBytes: usize,
  activation: i32,
  slope: f32,
  settings: usize,
): usize {
  const rowBytes = <usize>lanes << 2;
  while (true) {
    const operation = load<i32>(at);
    if (operation == END) return at + WORD_BYTES;
    const first = state + <usize>load<i32>(at, 4) * rowBytes;
    const count = load<i32>(at, 8);
    if (operation == TRANSFORM) {
      const parameters = state + <usize>count * rowBytes;
      const logs = state + <usize>load<i32>(at, 12) * rowBytes;
      if (settings != 0) mapAffine(lanes, settings, first, parameters, logs, panels, panelBytes);
      else {
        for (let i = 0, away: usize = 0; i < panels; i++, away += panelBytes) {
          transform(panel + i, first + away, parameters + away, logs + away);
        }
      }
      at += WORD_BYTES;
      continue;
    }
    for (let i = 0, away: usize = 0; i < panels; i++, away += panelBytes) {
      const rows = state + away;
      const row = first + away;
      if (operation == SINGLES) {
        const source = rows + <usize>load<i32>(at, 12) * rowBytes;
        addSingles(lanes, row, count, source, load<i32>(at, 16), weights + (<usize>load<i32>(at, 20) << 2));
      } else if (operation == GROUPS) {
        const source = rows + <usize>load<i32>(at, 12) * rowBytes;
        addGroups(lanes, row, count, source, load<i32>(at, 16), weights + (<usize>load<i32>(at, 20) << 2));
      } else if (operation == FINISH) {
        const gate = rowsAt(rows, load<i32>(at, 12), rowBytes);
        const residual = rowsAt(rows, load<i32>(at, 16), rowBytes);
        const copy = rowsAt(rows, load<i32>(at, 20), rowBytes);
        finish(row, count * lanes, gate, residual, copy, load<i32>(at, 24) != 0, activation, slope);
      } else {
        const bias = load<i32>(at, 12);
        const from = bias < 0 ? 0 : weights + (<usize>bias << 2);
        start(lanes, row, count, from, rowsAt(rows, load<i32>(at, 16), rowBytes));
      }
    }
    at += WORD_BYTES;
  }
}

@inline
function rowsAt(state: usize, row: i32, rowBytes: usize): usize {
  return row < 0 ? 0 : state + <usize>row * rowBytes;
}
