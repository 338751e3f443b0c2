import { wavenetModule } from './embedded-wavenet.ts';

/** The functions of assembly/wavenet.ts; addresses are bytes of the module's memory. */
export interface WavenetFunctions {
  condition(words: number, floats: number, isLocal: number): void;
  step(words: number, floats: number): void;
  draw(words: number, floats: number, steps: number, temperature: number): void;
}

/** The module with a memory of its own. */
export interface WavenetHost {
  readonly functions: WavenetFunctions;
  readonly memory: WebAssembly.Memory;
}

const PAGE = 65_536;
/** Memories larger than this are not kept for the next signal. */
const KEPT_BYTES = 2 ** 26;
/** As many signals as may be on their way at once before a memory is made anew. */
const KEPT = 2;

const idle: WavenetHost[] = [];
let compiled: WebAssembly.Module | null | undefined;

/**
 * A host with so many bytes, for one user until it is given back; null where there is no WebAssembly or no SIMD. One that is
 * never given back is collected with its user.
 */
export function takeHost(bytes: number): WavenetHost | null {
  const host = idle.pop() ?? start();
  if (host === null) return null;
  const missing = bytes - host.memory.buffer.byteLength;
  if (missing > 0) host.memory.grow(Math.ceil(missing / PAGE));
  return host;
}

/** Keeps a host for the next user. */
export function giveBack(host: WavenetHost): void {
  if (idle.length < KEPT && host.memory.buffer.byteLength <= KEPT_BYTES) idle.push(host);
}

function start(): WavenetHost | null {
  compiled ??= compile();
  if (compiled === null) return null;
  const memory = new WebAssembly.Memory({ initial: 1 });
  const abort = (): never => {
    throw new Error('the module of WaveNet sampling stopped itself');
  };
  const instance = new WebAssembly.Instance(compiled, { env: { memory, abort } });
  return { functions: instance.exports as unknown as WavenetFunctions, memory };
}

/** The module; null where the host cannot run it. */
export function compile(): WebAssembly.Module | null {
  if (typeof WebAssembly === 'undefined') return null;
  const bytes = Uint8Array.from(atob(wavenetModule), (letter) => letter.charCodeAt(0));
  return WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : null;
}
