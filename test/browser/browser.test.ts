import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { build } from 'vite';
import { beforeAll, describe, expect, it } from 'vitest';
import { root } from '../workspace.ts';
import { CHROMIUM_ARGUMENTS, findChromium } from './chromium.ts';
import type { Report } from './page/main.ts';
import { serve } from './serve.ts';

const executablePath = findChromium();
if (executablePath === null) console.warn('no Chromium on this machine: the browser tests are left out');

/** Bundles the page as an application would, opens it, and waits for its report. */
async function openPage(): Promise<Report> {
  const outDir = await mkdtemp(join(tmpdir(), 'flowzoo-page-'));
  const page = join(root, 'test/browser/page');
  await build({
    root: page,
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['@flowzoo/source', 'module', 'browser', 'default'] },
    build: { outDir, emptyOutDir: true, minify: false, target: 'es2022' },
  });
  const { server, url } = await serve({
    '/wasm/': join(root, 'node_modules/@tensorflow/tfjs-backend-wasm/dist'),
    '/': outDir,
  });
  const browser = await chromium.launch({ executablePath: executablePath!, args: [...CHROMIUM_ARGUMENTS] });
  try {
    const tab = await browser.newPage();
    const faults: string[] = [];
    tab.on('pageerror', (error) => faults.push(String(error)));
    await tab.goto(url);
    const handle = await tab.waitForFunction(
      () => {
        const { pageReport, failure } = globalThis as unknown as { pageReport?: Report; failure?: string };
        return pageReport ?? failure;
      },
      undefined,
      { timeout: 50_000 },
    );
    const found = (await handle.jsonValue()) as Report | string;
    if (typeof found === 'string') throw new Error(found);
    expect(faults).toEqual([]);
    return found;
  } finally {
    await browser.close();
    server.close();
    await rm(outDir, { recursive: true });
  }
}

describe.skipIf(executablePath === null)('in Chromium', () => {
  let report: Report;
  beforeAll(async () => {
    report = await openPage();
  });

  it('the kernels pass their self-test', () => {
    expect(report.acceleration).toMatchObject({ tier: 'wasm', features: ['simd'], notes: [] });
    expect(report.acceleration.kernels).toMatchObject({ BatchMatMul: 'wasm', Conv2DBackpropFilter: 'wasm' });
  });

  it('the fixed cases come out as on the cpu backend', () => {
    expect(Object.keys(report.differences).length).toBeGreaterThan(15);
    const wrong = Object.entries(report.differences).filter(([, difference]) => !(difference < 3e-6));
    expect(wrong).toEqual([]);
  });

  it('a NICE is trained for 50 steps', () => {
    expect(report.losses).toHaveLength(50);
    const mean = (part: readonly number[]): number => part.reduce((sum, each) => sum + each, 0) / part.length;
    expect(mean(report.losses.slice(-5))).toBeLessThan(mean(report.losses.slice(0, 5)) - 1);
  });

  it('products run at the speed of SIMD, transposed ones too', () => {
    const [plain, transposed] = report.gigaflops;
    console.log(`in Chromium: ${plain.toFixed(0)} GF/s plain, ${transposed.toFixed(0)} GF/s with a transposed factor`);
    expect(transposed).toBeGreaterThan(plain / 3);
  });
});
