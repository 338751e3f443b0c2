import { FlowzooError } from '@flowzoo/core';
import type { Tier } from '@flowzoo/kernels-wasm';
import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { resolvePackage } from './plugins/resolve-package.ts';

const NAME = '@flowzoo/kernels-native';

/** What the optional package exports; this package does not depend on it. */
interface NativePackage {
  nativeTier(options: { readonly threads?: number }): Tier;
}

/**
 * The native kernels, from the working folder or beside this package.
 *
 * @throws E_OPTION when they are not installed
 */
export async function loadNativeTier(threads: number | undefined): Promise<Tier> {
  const here = dirname(fileURLToPath(import.meta.url));
  const path = (await resolvePackage(NAME, process.cwd())) ?? (await resolvePackage(NAME, here));
  if (path === null) {
    throw new FlowzooError('E_OPTION', 'the native kernels are not installed', {
      at: '--backend native',
      expected: NAME,
      found: 'no such package',
      remedy: `Install it: npm i ${NAME}`,
    });
  }
  const { nativeTier } = (await import(pathToFileURL(path).href)) as NativePackage;
  return nativeTier(threads === undefined ? {} : { threads });
}
