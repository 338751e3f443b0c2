import type { PendingSums } from './checkpoint.ts';
import type { FitHistory, TrainingPoint, ValidationPoint } from './events.ts';

/** Collects the history of a training, and measures its speed. */
export class Recorder {
  readonly #every: number;
  readonly #training: TrainingPoint[] = [];
  readonly #validation: ValidationPoint[] = [];
  #pending: PendingSums = { steps: 0, loss: 0, gradientNorm: 0 };
  readonly #began = performance.now();
  #stepsHere = 0;

  constructor(every: number, resumed?: { readonly history: FitHistory; readonly pending: PendingSums }) {
    this.#every = every;
    if (resumed === undefined) return;
    this.#training.push(...resumed.history.training);
    this.#validation.push(...resumed.history.validation);
    this.#pending = resumed.pending;
  }

  get history(): FitHistory {
    return { training: [...this.#training], validation: [...this.#validation] };
  }

  get pending(): PendingSums {
    return this.#pending;
  }

  /** Seconds since the start of this run. */
  get seconds(): number {
    return (performance.now() - this.#began) / 1000;
  }

  /** Steps of this run per second. */
  get stepsPerSecond(): number {
    return this.#stepsHere / Math.max(this.seconds, 1e-9);
  }

  step(point: TrainingPoint): void {
    this.#stepsHere++;
    const steps = this.#pending.steps + 1;
    const loss = this.#pending.loss + point.loss;
    const gradientNorm = this.#pending.gradientNorm + point.gradientNorm;
    this.#pending = { steps, loss, gradientNorm };
    if (steps >= this.#every) this.#flush(point);
  }

  validation(point: ValidationPoint): void {
    this.#validation.push(point);
  }

  #flush({ step, learningRate }: TrainingPoint): void {
    const { steps, loss, gradientNorm } = this.#pending;
    this.#training.push({ step, loss: loss / steps, gradientNorm: gradientNorm / steps, learningRate });
    this.#pending = { steps: 0, loss: 0, gradientNorm: 0 };
  }
}
