import { describe, expect, it } from 'vitest';
import { sourceFiles, type SourceFile } from './workspace.ts';

/** Names that a file exports by declaration without a doc comment right before them. */
function undocumented({ text }: SourceFile): string[] {
  const declaration =
    /(\/\*\*(?:(?!\*\/)[^])*\*\/\s*\n)?^export (?:declare )?(?:abstract )?(?:async )?(?:class|function\*?|interface|const|let|type|namespace) (\w+)/gm;
  return [...text.matchAll(declaration)]
    .filter(([, comment]) => comment === undefined || !/\w/.test(comment))
    .map(([, , name]) => name!);
}

const files = sourceFiles('packages').filter(
  ({ path }) => path.includes('/src/') && path.endsWith('.ts') && !/(?:\.test\.ts|\/test-[\w-]+\.ts)$/.test(path),
);

describe('doc comments', () => {
  it('stand before every export', () => {
    expect(files.length).toBeGreaterThan(150);
    expect(files.flatMap((file) => undocumented(file).map((name) => `${file.path}: ${name}`))).toEqual([]);
  });

  it.each<[string, string[]]>([
    ['export const a = 1;', ['a']],
    ['/** A thing. */\nexport const a = 1;', []],
    ['/**\n * A thing.\n */\nexport abstract class A {}', []],
    ['/** A thing. */\nconst b = 2;\nexport interface A {}', ['A']],
    ['/** */\nexport type A = 1;', ['A']],
    ['// A thing.\nexport async function a(): Promise<void> {}', ['a']],
    ['/** A thing. */\nexport type A = 1;\nexport type B = 2;', ['B']],
  ])('are missed or found in %j', (text, names) => {
    expect(undocumented({ path: 'forged.ts', text })).toEqual(names);
  });
});
