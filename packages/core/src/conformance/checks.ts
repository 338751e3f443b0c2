import * as tf from '@tensorflow/tfjs';
import type { Part } from '../contracts/part.ts';
import { FlowzooError, isFlowzooError } from '../errors/flowzoo-error.ts';
import { Random } from '../random/random.ts';
import { createRegistry, type Registry } from '../registry/registry.ts';
import type { PartKind, Plugin } from '../registry/plugin.ts';
import type { Clause } from './clause.ts';
import type { Case, CaseOptions, ConformanceOptions } from './options.ts';
import { drawParameters, resolveCase, type Rebuild, type ResolvedCase, type Subject } from './subject.ts';
import type { Suite } from './suite.ts';
import { bijectorSuite } from './suites/bijector.ts';
import { conditionerSuite } from './suites/conditioner.ts';
import { distributionSuite } from './suites/distribution.ts';
import { transformerSuite } from './suites/transformer.ts';
import { violation } from './violation.ts';

/** One clause on one type of part, on one backend: all cases of the type. */
export interface Check {
  readonly kind: PartKind;
  readonly type: string;
  /** Name of the backend; `active` for the one that is active when the check runs. */
  readonly backend: string;
  readonly clause: string;
  readonly title: string;
  /** Number of cases the clause said something about. @throws E_CONFORMANCE */
  run(): Promise<number>;
}

/** Every check of a plugin, in the order of kinds, types, backends and clauses. Nothing is built yet. */
export function checksOf(plugin: Plugin, options: ConformanceOptions): Check[] {
  const plugins = [plugin, ...(options.plugins ?? [])];
  const registry = plugins.reduce((all, each) => all.use(each), createRegistry());
  const tables: [Suite<never>, Readonly<Record<string, unknown>> | undefined][] = [
    [bijectorSuite(plugins) as Suite<never>, plugin.bijectors],
    [transformerSuite() as Suite<never>, plugin.transformers],
    [conditionerSuite() as Suite<never>, plugin.conditioners],
    [distributionSuite() as Suite<never>, plugin.distributions],
  ];
  return tables.flatMap(([suite, table]) =>
    Object.keys(table ?? {})
      .filter((type) => options.types === undefined || options.types.includes(type))
      .flatMap((type) => checksOfType(suite as unknown as Suite, { registry, type, options })),
  );
}

interface TypeUnderTest {
  readonly registry: Registry;
  readonly type: string;
  readonly options: ConformanceOptions;
}

function checksOfType(suite: Suite, { registry, type, options }: TypeUnderTest): Check[] {
  const cases = casesFor(suite, type, options);
  return (options.backends ?? ['active']).flatMap((backend) => {
    const check = (clause: { id: string; title: string }, run: () => Promise<number>): Check => ({
      kind: suite.kind,
      type,
      backend,
      clause: clause.id,
      title: clause.title,
      run: () => onBackend(backend, run),
    });
    return [
      check(BUILDS, () => runBuilds(suite, { registry, type, cases, backend })),
      ...suite.clauses.map((clause) =>
        check(clause, () => runClause(suite, clause, { registry, type, cases, backend })),
      ),
    ];
  });
}

/** What the author gives for this type: a list replaces the derived cases, an object changes each of them. */
function casesFor(suite: Suite, type: string, options: ConformanceOptions): ResolvedCase[] {
  const given = options.cases?.[`${suite.kind}:${type}`] ?? options.cases?.[type];
  if (Array.isArray(given)) return (given as readonly Case[]).map((each) => resolveCase(each, false));
  return suite.derivedCases.map((each) => resolveCase({ ...each, ...(given as CaseOptions | undefined) }, true));
}

interface Run {
  readonly registry: Registry;
  readonly type: string;
  readonly cases: readonly ResolvedCase[];
  readonly backend: string;
}

const BUILDS = { id: '0', title: 'builds on at least one event shape and refuses others with E_SPEC_SHAPE' };
const PATH = 'layers[7]';

async function runBuilds(suite: Suite, run: Run): Promise<number> {
  let built = 0;
  await forEachCase(run, BUILDS, (given) => {
    const before = tf.memory().numTensors;
    const part = build(suite, run, given);
    if (part !== null) built++;
    part?.dispose();
    const left = tf.memory().numTensors - before;
    if (left === 0) return true;
    throw violation(part === null ? 'a build that is refused leaves tensors' : 'build and dispose leave tensors', {
      expected: '0',
      found: String(left),
      remedy: 'Check shapes before creating variables',
    });
  });
  if (built > 0) return built;
  throw violation(`${place(run, BUILDS)}: it builds on none of the shapes that were tried`, {
    expected: `one of ${run.cases.map(({ event }) => `[${event.join(', ')}]`).join(' ')}`,
    remedy: `Give cases of your own: cases: { '${run.type}': [{ event: […], config: {…} }] }`,
  });
}

async function runClause(suite: Suite, clause: Clause, run: Run): Promise<number> {
  return forEachCase(run, clause, async (given) => {
    const part = build(suite, run, given);
    if (part === null) return false;
    try {
      const random = new Random(given.seed).fork(given.name);
      suite.prepare(part, given, random);
      if (clause.parameters !== 'initial') {
        drawParameters(part, { random: random.fork('parameters'), scale: given.parameterScale });
      }
      const subject: Subject = {
        part,
        given,
        type: run.type,
        path: PATH,
        random,
        build: (changes) => create(suite, run, given, changes),
      };
      if (clause.applies?.(subject) === false) return false;
      if (clause.check !== undefined) tf.tidy(() => clause.check!(subject));
      await clause.checkUnscoped?.(subject);
      return true;
    } finally {
      part.dispose();
    }
  });
}

/** Runs a check on each case; the violations of all cases become one error. Returns how many cases applied. */
async function forEachCase(
  run: Run,
  clause: { readonly id: string; readonly title: string },
  check: (given: ResolvedCase) => boolean | Promise<boolean>,
): Promise<number> {
  const faults: { name: string; error: unknown }[] = [];
  let applied = 0;
  for (const given of run.cases) {
    try {
      if (await check(given)) applied++;
    } catch (error) {
      faults.push({ name: given.name, error });
    }
  }
  const [first] = faults;
  if (first === undefined) return applied;
  const texts = joined(faults.map(({ name, error }) => ({ name, text: describe(error) })));
  throw new FlowzooError('E_CONFORMANCE', texts.length === 1 ? texts[0]! : `${faults.length} cases fail`, {
    at: place(run, clause),
    ...(texts.length > 1 && { faults: texts }),
    cause: first.error,
  });
}

/** One line per different text, with all the cases it was said of. */
function joined(faults: readonly { readonly name: string; readonly text: string }[]): string[] {
  const texts = [...new Set(faults.map(({ text }) => text))];
  return texts.map((text) => {
    const names = faults.filter((fault) => fault.text === text).map(({ name }) => name);
    return `${names.join('; ')}: ${text}`;
  });
}

function place({ type, backend }: Run, clause: { readonly id: string; readonly title: string }): string {
  return `${type} on ${backend}, clause ${clause.id} (${clause.title})`;
}

function describe(error: unknown): string {
  if (isFlowzooError(error) && error.code === 'E_CONFORMANCE') return error.message;
  return `it threw ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
}

/** Null for a derived case that the part refuses, or to which the context it offers makes no difference. */
function build(suite: Suite, run: Run, given: ResolvedCase): Part | null {
  try {
    const part = create(suite, run, given);
    if (!given.derived || given.contextSize === 0 || suite.isConditional(part)) return part;
    part.dispose();
    return null;
  } catch (error) {
    if (given.derived && isFlowzooError(error) && error.code === 'E_SPEC_SHAPE') return null;
    throw error;
  }
}

function create(suite: Suite, { registry, type }: Run, given: ResolvedCase, changes: Rebuild = {}): Part {
  const config = { ...given.config, ...changes.config };
  return suite.create({ registry, type, given, path: PATH, seed: changes.seed ?? given.seed, config });
}

/** Activates a backend for the length of a check. This is a test tool: libraries leave the choice to the program. */
async function onBackend(name: string, run: () => Promise<number>): Promise<number> {
  if (name === 'active') {
    await tf.ready();
    return run();
  }
  const before = tf.engine().backendName;
  const known = tf.findBackendFactory(name) !== null && (await tf.setBackend(name));
  if (!known) {
    throw violation(`the backend "${name}" cannot be used`, {
      remedy: `Import its package in the test: import '@tensorflow/tfjs-backend-${name}'`,
    });
  }
  try {
    return await run();
  } finally {
    if (typeof before === 'string' && before !== name) await tf.setBackend(before);
  }
}
