import { flat, packMatrix, PANEL, type Layout } from './layout.ts';

/** The instruction that ends a list. Its first word, like that of the others, is the operation. */
export const END = 0;
/** Words: outputs, weights, target, from, addend, source, first row, first column, runs, length of a run. */
export const PRODUCT = 1;
/** Words: width, source, target. The second half of the source begins at the next multiple of four. */
export const GATE = 2;
/** Words: width, source, target. */
export const RELU = 3;
/** Words of an instruction. */
export const INSTRUCTION_WORDS = 12;
/** Words of a place: at, image, rows, row, column, as in {@link Place}. */
export const PLACE_WORDS = 5;

/** Numbers behind the last that vectors may read, and nobody uses. */
const SLACK = PANEL;

/** A feature map of several images in the memory of a program, or the last rows of one; offsets count numbers. */
export interface Place {
  /** Its number in the list of places. */
  readonly id: number;
  /** The first image's numbers at column 0 of the first kept row. */
  readonly at: number;
  /** From an image to the next; 0: the same for all. */
  readonly image: number;
  /** Row r lies in slot r mod rows. */
  readonly rows: number;
  readonly row: number;
  readonly column: number;
}

/** Shape of a {@link Place}. */
export interface PlaceOptions {
  readonly images: number;
  /** Numbers of one position. */
  readonly size: number;
  /** How many rows are kept: the height of a window. Default: 1. */
  readonly rows?: number;
  /** 1: the numbers of one position, whichever it is. Default: 1. */
  readonly columns?: number;
  /** Columns of zeros to the left and to the right. Default: 0. */
  readonly left?: number;
  readonly right?: number;
}

/** target = from + addend + Σ source · weights. */
export interface Product {
  /** `[inputs, outputs]`, all runs together. */
  readonly weights: Float32Array;
  readonly inputs?: Layout;
  readonly outputs: Layout;
  readonly source: Place;
  /** The window's first row and column, counted from the position. Default: 0. */
  readonly above?: number;
  readonly beside?: number;
  /** Rows of the window. Default: 1. */
  readonly runs?: number;
  /** Default: zeros. */
  readonly from?: Place | undefined;
  readonly addend?: Place | undefined;
  readonly target: Place;
}

/** What a sampler runs: the arithmetic of a network at one position, and that of a row whose rows above are complete. */
export interface SamplerProgram {
  /** Places, then instructions. */
  readonly words: Int32Array;
  /** The first word of each list of instructions. */
  readonly rowStart: number;
  readonly positionStart: number;
  /** Rows before this one need no preparation. */
  readonly firstRow: number;
  /** How many numbers it computes with, and those that are not zero at the start. */
  readonly size: number;
  readonly constants: readonly { readonly at: number; readonly values: Float32Array }[];
  /** Where the row above is written to before a row, and its number there less the row's. */
  readonly above: { readonly place: Place; readonly shift: number } | undefined;
  /** Where the present row is written to. */
  readonly present: Place;
  /** `[images, parameters]`. */
  readonly parameters: Place;
}

/** Lays out memory and instructions. */
export class ProgramBuilder {
  readonly images: number;
  readonly #places: Place[] = [];
  readonly #constants: { at: number; values: Float32Array }[] = [];
  readonly #row: number[] = [];
  readonly #position: number[] = [];
  readonly #zeros: Place;
  #size = 0;
  #widest = 0;

  constructor(options: { readonly images: number }) {
    this.images = options.images;
    this.#zeros = this.#place({ at: 0, image: 0, rows: 1, row: 0, column: 0 });
  }

  /** Zeros at the start. */
  place({ images, size, rows = 1, columns = 1, left = 0, right = 0 }: PlaceOptions): Place {
    const across = left + columns + right;
    const row = across * size;
    const at = this.#allocate(images * rows * row) + left * size;
    return this.#place({ at, image: rows * row, rows, row: rows === 1 ? 0 : row, column: across === 1 ? 0 : size });
  }

  /** The same numbers at every position: one set for all images, or as many as there are images. */
  constant(values: Float32Array, { perImage = false }: { readonly perImage?: boolean } = {}): Place {
    const image = perImage ? values.length / this.images : 0;
    return this.#place({ at: this.#keep(values), image, rows: 1, row: 0, column: 0 });
  }

  /** Instructions for whole rows, in order. */
  readonly row = {
    product: (product: Product): void => this.#product(this.#row, product),
    gate: (width: number, source: Place, target: Place): void => add(this.#row, [GATE, width, source.id, target.id]),
  };

  /** Instructions for single positions, in order. */
  readonly position = {
    product: (product: Product): void => this.#product(this.#position, product),
    gate: (width: number, source: Place, target: Place): void =>
      add(this.#position, [GATE, width, source.id, target.id]),
    relu: (width: number, source: Place, target: Place): void =>
      add(this.#position, [RELU, width, source.id, target.id]),
  };

  finish(given: Pick<SamplerProgram, 'firstRow' | 'above' | 'present' | 'parameters'>): SamplerProgram {
    const zeros = this.#allocate(this.#widest);
    const places = this.#places.map((place) => (place === this.#zeros ? { ...place, at: zeros } : place));
    const rowStart = places.length * PLACE_WORDS;
    add(this.#row, [END]);
    add(this.#position, [END]);
    const words = [
      ...places.flatMap(({ at, image, rows, row, column }) => [at, image, rows, row, column]),
      ...this.#row,
      ...this.#position,
    ];
    return {
      ...given,
      words: Int32Array.from(words),
      rowStart,
      positionStart: rowStart + this.#row.length,
      size: this.#size + SLACK,
      constants: this.#constants,
    };
  }

  #product(list: number[], product: Product): void {
    const { outputs, source, above = 0, beside = 0, runs = 1, target } = product;
    const { from = this.#zeros, addend = this.#zeros } = product;
    const inputs = product.inputs ?? flat(product.weights.length / outputs.places.length);
    const weights = this.#keep(packMatrix(product.weights, { inputs, outputs }));
    const operands = [target.id, from.id, addend.id, source.id];
    add(list, [PRODUCT, outputs.size, weights, ...operands, above, beside, runs, inputs.size / runs]);
    this.#widest = Math.max(this.#widest, outputs.size);
  }

  #place(place: Omit<Place, 'id'>): Place {
    const made = { ...place, id: this.#places.length };
    this.#places.push(made);
    return made;
  }

  #keep(values: Float32Array): number {
    const at = this.#allocate(values.length);
    this.#constants.push({ at, values });
    return at;
  }

  /** Aligned to a line of the processor's cache. */
  #allocate(count: number): number {
    const at = this.#size;
    this.#size += Math.ceil(count / PANEL) * PANEL;
    return at;
  }
}

function add(list: number[], words: readonly number[]): void {
  list.push(...words, ...Array.from({ length: INSTRUCTION_WORDS - words.length }, () => 0));
}
