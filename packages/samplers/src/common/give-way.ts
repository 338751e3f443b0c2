/**
 * Lets timers, signals and user input have their turn, at most once per interval: reading values back from the cpu and
 * wasm backends takes no macrotask, so a long run would otherwise never see its abort signal fire.
 */
export class GiveWay {
  readonly #milliseconds: number;
  #next: number;

  constructor(milliseconds = 40) {
    this.#milliseconds = milliseconds;
    this.#next = performance.now() + milliseconds;
  }

  async now(): Promise<void> {
    if (performance.now() < this.#next) return;
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 0);
    });
    this.#next = performance.now() + this.#milliseconds;
  }
}
