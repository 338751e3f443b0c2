import type { RingKernel } from '../kernel.ts';
import type { RingProgram } from '../program.ts';
import { giveBack, takeHost, type WavenetHost } from './host.ts';

/** Bytes before the words. */
const START = 16;

/** Runs a program as WebAssembly, four numbers at a time. */
export class WasmKernel implements RingKernel {
  readonly floats: Float32Array;
  readonly #floatsAt: number;
  #host: WavenetHost | null;

  /** Null where the host has no WebAssembly or no SIMD. */
  static create(program: RingProgram): WasmKernel | null {
    const floatsAt = START + Math.ceil(program.words.byteLength / 16) * 16;
    const host = takeHost(floatsAt + 4 * program.size);
    return host === null ? null : new WasmKernel(program, host, floatsAt);
  }

  private constructor(program: RingProgram, host: WavenetHost, floatsAt: number) {
    const { buffer } = host.memory;
    new Int32Array(buffer, START, program.words.length).set(program.words);
    this.floats = new Float32Array(buffer, floatsAt, program.size);
    program.fill(this.floats);
    this.#floatsAt = floatsAt;
    this.#host = host;
  }

  condition(part: 'global' | 'local'): void {
    this.#host!.functions.condition(START, this.#floatsAt, part === 'local' ? 1 : 0);
  }

  step(): void {
    this.#host!.functions.step(START, this.#floatsAt);
  }

  draw(steps: number, temperature: number): void {
    this.#host!.functions.draw(START, this.#floatsAt, steps, temperature);
  }

  dispose(): void {
    if (this.#host !== null) giveBack(this.#host);
    this.#host = null;
  }
}
