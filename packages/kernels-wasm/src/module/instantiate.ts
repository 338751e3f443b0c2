import type { EmbeddedModule } from './embedded-module.ts';

/** The functions of a module; pointers are byte offsets into the tfjs heap, counts are elements. */
export type ModuleExports = Readonly<Record<string, (...values: number[]) => number>>;

/** Options of {@link instantiate}. */
export interface InstantiateOptions {
  /** The heap that the module works on. */
  readonly memory: WebAssembly.Memory;
  /** Use the build with relaxed SIMD. Default: false. */
  readonly relaxed?: boolean;
}

/**
 * Instantiates an embedded module on the heap of tfjs. The modules have no data and no start function, so nothing on the
 * heap changes.
 *
 * @throws WebAssembly.CompileError or LinkError when the host cannot run it (no SIMD, a shared heap)
 */
export async function instantiate(embedded: EmbeddedModule, options: InstantiateOptions): Promise<ModuleExports> {
  const bytes = decode(options.relaxed === true ? embedded.relaxed : embedded.strict);
  const abort = (): never => {
    throw new Error(`the WebAssembly module ${embedded.name} stopped itself`);
  };
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory: options.memory, abort } });
  return instance.exports as unknown as ModuleExports;
}

/** Whether the host runs this build; asked before anything is changed. */
export function validates(embedded: EmbeddedModule, relaxed: boolean): boolean {
  return WebAssembly.validate(decode(relaxed ? embedded.relaxed : embedded.strict));
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
