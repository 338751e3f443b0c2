import { describe, expect, it } from 'vitest';
import { createProgress, formatProgress } from './progress.ts';
import type { ProgressOptions } from './progress.ts';

describe('formatProgress', () => {
  const state = { label: 'train', done: 1200, total: 5000, unit: 'steps', rate: 80, elapsed: 15 };

  it.each([
    ['on the way', { ...state, note: 'loss 2.31' }, 'train  1,200/5,000 steps  24%  80 steps/s  ETA 47.5 s  loss 2.31'],
    ['before the rate is known', { ...state, done: 0, rate: undefined }, 'train  0/5,000 steps  0%'],
    ['standing still', { ...state, rate: 0 }, 'train  1,200/5,000 steps  24%'],
    ['at the end', { ...state, done: 5000 }, 'train  5,000/5,000 steps  100%  80 steps/s  in 15.0 s'],
    ['without end', { ...state, total: undefined }, 'train  1,200 steps  80 steps/s  in 15.0 s'],
  ])('%s', (_, given, line) => expect(formatProgress(given)).toBe(line));
});

function record(options: Partial<ProgressOptions> & { readonly isTTY?: boolean; readonly columns?: number }) {
  const chunks: string[] = [];
  const clock = { time: 0 };
  const { isTTY = false, columns } = options;
  const progress = createProgress({
    label: 'train',
    total: 100,
    environment: {},
    stream: { isTTY, columns, write: (text) => chunks.push(text) },
    now: () => clock.time,
    ...options,
  });
  return { chunks, clock, progress };
}

describe('createProgress without a terminal', () => {
  it('writes a plain line every five seconds, and the last one', () => {
    const { chunks, clock, progress } = record({});
    for (let step = 1; step <= 100; step++) {
      clock.time = step * 110;
      progress.update(step, `loss ${step}`);
    }
    progress.finish();
    progress.finish();
    progress.update(3);
    expect(chunks).toEqual([
      'train  46/100 steps  46%  9.091 steps/s  ETA 5.9 s  loss 46\n',
      'train  92/100 steps  92%  9.091 steps/s  ETA 880 ms  loss 92\n',
      'train  100/100 steps  100%  9.091 steps/s  in 11.0 s  loss 100\n',
    ]);
  });

  it('writes plain lines on a terminal where CI is set', () => {
    const { chunks, clock, progress } = record({ isTTY: true, environment: { CI: 'true', NO_COLOR: '1' } });
    clock.time = 1000;
    progress.update(1);
    expect(chunks).toEqual([]);
    clock.time = 5000;
    progress.update(50);
    progress.log('saved');
    expect(chunks).toEqual(['train  50/100 steps  50%  10 steps/s  ETA 5.0 s\n', 'saved\n']);
  });
});

describe('createProgress on a terminal', () => {
  it('rewrites one line, at most ten times a second', () => {
    const { chunks, clock, progress } = record({ isTTY: true, environment: { NO_COLOR: '1' } });
    for (const [time, done] of [
      [100, 1],
      [150, 2],
      [200, 3],
    ] as const) {
      clock.time = time;
      progress.update(done);
    }
    progress.finish('done');
    expect(chunks).toEqual([
      '\rtrain  1/100 steps  1%  10 steps/s  ETA 9.9 s\u001b[K',
      '\rtrain  3/100 steps  3%  15 steps/s  ETA 6.5 s\u001b[K',
      '\rtrain  3/100 steps  3%  15 steps/s  ETA 6.5 s  done\u001b[K',
      '\n',
    ]);
  });

  it('colours the label and cuts the line to the width', () => {
    const { chunks, clock, progress } = record({ isTTY: true, columns: 16 });
    clock.time = 100;
    progress.update(1);
    expect(chunks).toEqual(['\r\u001b[1mtrain\u001b[22m  1/100 st\u001b[K']);
  });

  it('keeps logged lines above the line of progress', () => {
    const { chunks, progress } = record({ isTTY: true, environment: { NO_COLOR: '1' } });
    progress.log('saved');
    expect(chunks).toEqual(['\r\u001b[Ksaved\n', '\rtrain  0/100 steps  0%\u001b[K']);
  });

  it('forgets what is older than ten seconds, and where a resumed run began', () => {
    const { chunks, clock, progress } = record({ isTTY: true, environment: { NO_COLOR: '1' }, start: 40, total: 1000 });
    clock.time = 10_000;
    progress.update(140);
    clock.time = 20_000;
    progress.update(150);
    clock.time = 30_000;
    progress.update(160);
    expect(chunks.at(0)).toContain(' 10 steps/s');
    expect(chunks.at(-1)).toContain(' 1 steps/s');
  });
});
