// Times a subject: warm-up first, then one number of milliseconds per repeat.

/** Calls that are not counted at the start, unless they take longer than this together. */
const WARM_UP = { calls: 5, milliseconds: 300 };

/**
 * Measures the subjects in turn, so that both see the same moods of the machine: round by round, each for its share.
 *
 * A subject is `{ run }`, a synchronous function that is called again and again, or `{ train }`, an asynchronous function
 * that takes steps, calls `onStep` after each and stops when `signal` is aborted. `before` runs before each of its turns.
 *
 * @returns one list of milliseconds per subject
 */
export async function measureInTurn(subjects, { seconds, rounds = 2 }) {
  const turns = seconds > 0 ? rounds : 1;
  const times = subjects.map(() => []);
  for (let turn = 0; turn < turns; turn++) {
    for (const [index, subject] of subjects.entries()) {
      const clock = new Clock({ milliseconds: (1000 * seconds) / turns, minimum: seconds > 0 ? 2 : 1 });
      await subject.before?.();
      if (subject.run === undefined) await trainFor(subject, clock);
      else callFor(subject, clock);
      times[index].push(...clock.times);
    }
  }
  return times;
}

/** Median, and the tenths at both ends, of a list of milliseconds. */
export function summarizeTimes(times) {
  const sorted = times.toSorted((a, b) => a - b);
  return {
    median: quantile(sorted, 0.5),
    low: quantile(sorted, 0.1),
    high: quantile(sorted, 0.9),
    repeats: times.length,
  };
}

function quantile(sorted, share) {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const next = sorted[Math.min(below + 1, sorted.length - 1)];
  return sorted[below] + (place - below) * (next - sorted[below]);
}

function callFor({ run }, clock) {
  do {
    const start = performance.now();
    run();
    clock.record(performance.now() - start);
  } while (!clock.done);
}

async function trainFor({ train }, clock) {
  const controller = new AbortController();
  // The first step also pays for what the training prepares: the time runs from its end.
  let previous = null;
  const onStep = () => {
    const now = performance.now();
    if (previous !== null) clock.record(now - previous);
    previous = performance.now();
    if (clock.done) controller.abort();
  };
  await train({ signal: controller.signal, onStep });
}

/** Collects repeats until the time is over and there are enough of them. */
class Clock {
  times = [];
  #warmUp = { calls: 0, milliseconds: 0 };
  #spent = 0;
  #milliseconds;
  #minimum;

  constructor({ milliseconds, minimum }) {
    this.#milliseconds = milliseconds;
    this.#minimum = minimum;
  }

  get done() {
    return this.times.length >= this.#minimum && this.#spent >= this.#milliseconds;
  }

  record(milliseconds) {
    const { calls, milliseconds: before } = this.#warmUp;
    if (this.#milliseconds > 0 && calls < WARM_UP.calls && before < WARM_UP.milliseconds) {
      this.#warmUp = { calls: calls + 1, milliseconds: before + milliseconds };
      return;
    }
    this.#spent += milliseconds;
    this.times.push(milliseconds);
  }
}
