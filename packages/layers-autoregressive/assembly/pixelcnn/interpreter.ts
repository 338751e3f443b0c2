import { writeGate, writeRelu } from './activations';
import { addressAt, columnStep, imageStep } from './places';
import { writeProduct } from './product';

// The instructions: src/pixelcnn/cached/program.ts.
const END = 0;
const PRODUCT = 1;
const GATE = 2;
const WORD_BYTES: usize = 48;
const PLACE_BYTES: usize = 20;

/**
 * Runs instructions for all images: at one position, or at `columns` positions of a row.
 *
 * `words` holds the places and the instructions, `first` is the number of the first word; `memory` holds all numbers.
 */
export function run(
  memory: usize,
  words: usize,
  first: i32,
  images: i32,
  row: i32,
  column: i32,
  columns: i32,
): void {
  let at = words + (<usize>first << 2);
  while (true) {
    const operation = load<i32>(at);
    if (operation == END) return;
    if (operation == PRODUCT) {
      writeProduct(memory, words, at, images, row, column, columns);
    } else {
      const width = load<i32>(at, 4);
      const source = words + <usize>load<i32>(at, 8) * PLACE_BYTES;
      const target = words + <usize>load<i32>(at, 12) * PLACE_BYTES;
      let from = addressAt(memory, source, row, column);
      let to = addressAt(memory, target, row, column);
      for (let image = 0; image < images; image++) {
        let fromHere = from;
        let toHere = to;
        for (let c = 0; c < columns; c++) {
          if (operation == GATE) writeGate(toHere, fromHere, width);
          else writeRelu(toHere, fromHere, width);
          fromHere += columnStep(source);
          toHere += columnStep(target);
        }
        from += imageStep(source);
        to += imageStep(target);
      }
    }
    at += WORD_BYTES;
  }
}
