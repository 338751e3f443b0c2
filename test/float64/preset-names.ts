import { listPresets, presetSpec } from '@flowzoo/zoo';

/** The shipped presets of sound, or all the others. */
export async function presetNames({ sound }: { readonly sound: boolean }): Promise<string[]> {
  const names: string[] = [];
  for (const { name } of await listPresets()) {
    const isSound = (await presetSpec(name))['audio'] !== undefined;
    if (isSound === sound) names.push(name);
  }
  return names;
}
