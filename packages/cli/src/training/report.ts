import type { FitEvent, FitResult } from '@flowzoo/core';
import type { Terminal } from '../terminal.ts';
import { createProgress, formatCount, formatNumber, formatUncertain, type Progress } from '../terminal/index.ts';

/** Tells a terminal what happens in a training. */
export function trainingReporter(terminal: Terminal): (event: FitEvent) => void {
  let progress: Progress | undefined;
  return (event) => {
    switch (event.type) {
      case 'start':
        terminal.error(describeStart(event));
        progress = createProgress({
          label: 'train',
          total: event.steps,
          start: event.step,
          stream: terminal.progress,
        });
        return;
      case 'step':
        progress?.update(event.step, `loss ${formatNumber(event.loss)}`);
        return;
      case 'validation': {
        const score = formatUncertain(event.logProb, event.standardError);
        progress?.log(`step ${event.step}: validation ${score} nats per row${event.best ? ', best so far' : ''}`);
        return;
      }
      case 'unused-variables':
        progress?.log(`the log-likelihood does not depend on ${event.names.join(', ')}`);
        return;
      case 'not-finite':
      case 'stop':
        progress?.finish();
        progress = undefined;
        return;
      case 'checkpoint':
    }
  };
}

/** Which weights a training has kept. */
export function describeKept({ weights, bestStep, bestValidation, steps }: FitResult): string {
  switch (weights) {
    case 'best':
      return `those of step ${bestStep}, the best validation: ${formatNumber(bestValidation!)} nats per row`;
    case 'average':
      return 'their moving average';
    case 'last':
      return `those of step ${steps}, the last`;
  }
}

function describeStart(event: Extract<FitEvent, { type: 'start' }>): string {
  const { parameters, rows, validationRows, steps, batchSize, step } = event;
  const validation = validationRows === 0 ? 'no validation' : `${formatCount(validationRows)} rows for validation`;
  return [
    `${formatCount(parameters)} parameters`,
    `${formatCount(rows)} rows`,
    validation,
    `${formatCount(steps)} steps of ${formatCount(batchSize)} rows`,
    ...(step === 0 ? [] : [`continued from step ${formatCount(step)}`]),
  ].join(', ');
}
