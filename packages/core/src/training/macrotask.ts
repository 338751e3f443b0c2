/** Resolves in a later macrotask: signals, timers and user input get their turn between two steps. */
export function macrotask(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') {
      setImmediate(resolve);
      return;
    }
    // Browsers stretch nested timers to 4 ms and stop animation frames in hidden tabs; messages are neither.
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener('message', () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(null);
  });
}

/** Gives way to the event loop when the last turn is longer ago than the interval. */
export class Breather {
  readonly #interval: number;
  #last = performance.now();

  constructor(intervalMilliseconds = 50) {
    this.#interval = intervalMilliseconds;
  }

  async breathe(): Promise<void> {
    if (performance.now() - this.#last < this.#interval) return;
    await macrotask();
    this.#last = performance.now();
  }
}
