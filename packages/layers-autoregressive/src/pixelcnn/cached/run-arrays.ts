import { gate } from './gate.ts';
import { PANEL } from './layout.ts';
import { END, GATE, INSTRUCTION_WORDS, PLACE_WORDS, PRODUCT } from './program.ts';

/** Where a program runs: at `columns` positions of a row, of all images. */
export interface Stretch {
  readonly images: number;
  readonly row: number;
  readonly column: number;
  readonly columns: number;
}

const f = Math.fround;

/**
 * Runs instructions over numbers in float32, with the sums and the roundings of assembly/pixelcnn: what both give is the
 * same bit for bit.
 */
export function runArrays(memory: Float32Array, words: Int32Array, first: number, stretch: Stretch): void {
  for (let at = first; words[at] !== END; at += INSTRUCTION_WORDS) {
    if (words[at] === PRODUCT) writeProduct(memory, words, at, stretch);
    else writeActivation(memory, words, at, stretch);
  }
}

interface Position {
  readonly place: number;
  readonly image: number;
  readonly row: number;
  readonly column: number;
}

/** Where the numbers of a position begin; its row may be above the image. */
function startOf(words: Int32Array, { place, image, row, column }: Position): number {
  const at = place * PLACE_WORDS;
  const rows = words[at + 2]!;
  const slot = ((row % rows) + rows) % rows;
  return words[at]! + image * words[at + 1]! + slot * words[at + 3]! + column * words[at + 4]!;
}

function writeActivation(memory: Float32Array, words: Int32Array, at: number, stretch: Stretch): void {
  const { images, row, column, columns } = stretch;
  const width = words[at + 1]!;
  const second = Math.ceil(width / 4) * 4;
  for (let image = 0; image < images; image++) {
    for (let c = column; c < column + columns; c++) {
      const s = startOf(words, { place: words[at + 2]!, image, row, column: c });
      const t = startOf(words, { place: words[at + 3]!, image, row, column: c });
      if (words[at] === GATE) {
        for (let o = 0; o < width; o++) memory[t + o] = gate(memory[s + o]!, memory[s + second + o]!);
      } else {
        for (let o = 0; o < width; o++) memory[t + o] = Math.max(memory[s + o]!, 0);
      }
    }
  }
}

function writeProduct(memory: Float32Array, words: Int32Array, at: number, stretch: Stretch): void {
  const { images, row, column, columns } = stretch;
  const outputs = words[at + 1]!;
  const weights = words[at + 2]!;
  const [target, from, addend, source] = [words[at + 3]!, words[at + 4]!, words[at + 5]!, words[at + 6]!];
  const [above, beside, runs, length] = [words[at + 7]!, words[at + 8]!, words[at + 9]!, words[at + 10]!];
  for (let image = 0; image < images; image++) {
    for (let c = column; c < column + columns; c++) {
      const t = startOf(words, { place: target, image, row, column: c });
      const b = startOf(words, { place: from, image, row, column: c });
      const a = startOf(words, { place: addend, image, row, column: c });
      for (let o = 0; o < outputs; o++) memory[t + o] = memory[b + o]! + memory[a + o]!;
      for (let run = 0; run < runs; run++) {
        const s = startOf(words, { place: source, image, row: row + above + run, column: c + beside });
        for (let o = 0; o < outputs; o += PANEL) {
          const matrix = weights + o * runs * length + run * length * PANEL;
          addRun(memory, { target: t + o, width: Math.min(PANEL, outputs - o), source: s, length, matrix });
        }
      }
    }
  }
}

interface Run {
  readonly target: number;
  readonly width: number;
  readonly source: number;
  readonly length: number;
  readonly matrix: number;
}

/** target[o] += Σᵢ source[i] · matrix[i, o], one i after the other. */
function addRun(memory: Float32Array, { target, width, source, length, matrix }: Run): void {
  let w = matrix;
  let i = 0;
  // Four at a time, so that the target is read and written a quarter as often.
  for (; i + 4 <= length; i += 4, w += 4 * PANEL) {
    const a = memory[source + i]!;
    const b = memory[source + i + 1]!;
    const c = memory[source + i + 2]!;
    const d = memory[source + i + 3]!;
    for (let o = 0; o < width; o++) {
      let sum = memory[target + o]!;
      sum = f(sum + f(a * memory[w + o]!));
      sum = f(sum + f(b * memory[w + PANEL + o]!));
      sum = f(sum + f(c * memory[w + 2 * PANEL + o]!));
      memory[target + o] = f(sum + f(d * memory[w + 3 * PANEL + o]!));
    }
  }
  for (; i < length; i++, w += PANEL) {
    const a = memory[source + i]!;
    for (let o = 0; o < width; o++) memory[target + o] = f(memory[target + o]! + f(a * memory[w + o]!));
  }
}
