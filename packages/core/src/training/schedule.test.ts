import { describe, expect, it } from 'vitest';
import { scheduleFactor, type ScheduleSettings } from './schedule.ts';

const plain: ScheduleSettings = { type: 'constant', warmup: 0, finalFraction: 0, decayRate: 0.5 };

describe('scheduleFactor', () => {
  it.each<[string, Partial<ScheduleSettings>, number[]]>([
    ['constant', {}, [1, 1, 1, 1, 1]],
    ['a warm-up', { warmup: 4 }, [0.25, 0.5, 0.75, 1, 1]],
    ['cosine', { type: 'cosine' }, [1, 0.5 + Math.SQRT1_2 / 2, 0.5, 0.5 - Math.SQRT1_2 / 2, 0]],
    ['cosine to a fraction', { type: 'cosine', finalFraction: 0.5 }, [1, 0.75 + Math.SQRT1_2 / 4, 0.75]],
    ['cosine after a warm-up', { type: 'cosine', warmup: 2 }, [0.5, 1, 1, 0.5, 0]],
    ['exponential after a warm-up', { type: 'exponential', warmup: 2 }, [0.5, 1, 1, 0.5, 0.25]],
    ['a warm-up longer than the training', { type: 'cosine', warmup: 10 }, [0.1, 0.2, 0.3, 0.4, 0.5]],
  ])('%s', (_name, schedule, expected) => {
    expected.forEach((factor, step) =>
      expect(scheduleFactor({ ...plain, ...schedule }, step, 4)).toBeCloseTo(factor, 12),
    );
  });
});
