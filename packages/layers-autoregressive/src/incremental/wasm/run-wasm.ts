import { ACTIVATIONS } from '../activate.ts';
import type { Found, Run } from '../run-arrays.ts';
import { ownSettings } from '../run-kernel.ts';
import { mapAffine } from '../affine-numbers.ts';
import { incrementalHost, type IncrementalHost, type TransformCall } from './host.ts';

/** Examples that are in the memory at once. */
const MOST_EXAMPLES = 2048;

/** Where a program runs, and whose the result is. */
export interface WasmOptions {
  /** Default: the module that all share. */
  readonly host?: IncrementalHost | null;
  /** Allow views of the module's memory, which its next call may change. Default: false. */
  readonly views?: boolean;
}

/** Runs a program as WebAssembly, several examples at once; null where the host cannot. */
export function runWasm(run: Run, { host = incrementalHost(), views = false }: WasmOptions = {}): Found | null {
  if (host === null) return null;
  const { batch, program, input, contexts } = run;
  if (batch <= MOST_EXAMPLES) {
    const found = runPart(run, host);
    return views ? found : { value: found.value.slice(), logDerivative: found.logDerivative.slice() };
  }
  const size = program.order.length;
  const found = { value: new Float32Array(batch * size), logDerivative: new Float32Array(batch * size) };
  for (let first = 0; first < batch; first += MOST_EXAMPLES) {
    const end = Math.min(first + MOST_EXAMPLES, batch);
    const rowsOf = (values: Float32Array, width: number): Float32Array => values.subarray(first * width, end * width);
    const shares = contexts.map((values, i) => rowsOf(values, program.contextRows[i]!.order.length));
    const part = runPart({ ...run, batch: end - first, input: rowsOf(input, size), contexts: shares }, host);
    found.value.set(part.value, first * size);
    found.logDerivative.set(part.logDerivative, first * size);
  }
  return found;
}

/** Gives views of the module's memory. */
function runPart(run: Run, host: IncrementalHost): Found {
  const { program, batch, input, contexts, activation, transformer } = run;
  const { order, instructions, weights, contextRows } = program;
  const { functions } = host;
  const size = order.length;
  const kept = [instructions, weights, order, ...contextRows.map((rows) => rows.order)];
  const [instructionsAt, weightsAt, orderAt, ...contextOrders] = host.place(program, kept) as [number, number, number];
  const lanes = batch === 1 ? 1 : batch <= 4 ? 4 : 8;
  const panels = Math.ceil(batch / lanes);
  const panelBytes = 4 * lanes * program.rows;
  const inner = ownSettings(transformer);
  host.begin(inner === null ? outside(run, host, lanes) : null);
  const settings = inner === null ? 0 : host.copy(Float32Array.from(inner));
  const values = host.copy(input);
  const logs = host.allocate(input.byteLength);
  const state = host.allocate(panels * panelBytes);
  functions.gather(values, batch, size, orderAt, size, state, panelBytes, lanes);
  contextRows.forEach(({ row, order: rows }, i) => {
    const at = host.copy(contexts[i]!);
    const width = rows.length;
    functions.gather(at, batch, width, contextOrders[i]!, width, state + 4 * lanes * row, panelBytes, lanes);
  });
  const number = ACTIVATIONS.indexOf(activation.activation);
  functions.run(
    instructionsAt,
    program.blocks,
    weightsAt,
    state,
    panels,
    panelBytes,
    lanes,
    number,
    activation.slope,
    settings,
  );
  functions.scatter(values, batch, size, orderAt, size, state, panelBytes, lanes);
  functions.scatter(logs, batch, size, orderAt, size, state + 4 * lanes * program.logRow, panelBytes, lanes);
  return { value: host.floats(values, batch * size), logDerivative: host.floats(logs, batch * size) };
}

/** Computes a feature of one panel outside the module. */
function outside({ transformer, parameterCount, batch }: Run, host: IncrementalHost, lanes: number): TransformCall {
  const result = new Float64Array(2);
  return (panel, value, parameters, logDerivative) => {
    const count = Math.min(lanes, batch - panel * lanes);
    const values = host.floats(value, count);
    const rows = host.floats(parameters, lanes * parameterCount);
    const logs = host.floats(logDerivative, count);
    if (transformer.kind === 'affine') {
      for (let lane = 0; lane < count; lane++) {
        const [shift, scale] = [rows[lane]!, rows[lanes + lane]!];
        mapAffine(transformer.settings, values[lane]!, { shift, scale }, result);
        values[lane] = result[0]!;
        logs[lane] = result[1]!;
      }
      return;
    }
    const raw = new Float32Array(count * parameterCount);
    for (let p = 0; p < parameterCount; p++) {
      for (let lane = 0; lane < count; lane++) raw[lane * parameterCount + p] = rows[p * lanes + lane]!;
    }
    const mapped = transformer.map(values.slice(), raw);
    values.set(mapped.subarray(0, count));
    logs.set(mapped.subarray(count, 2 * count));
  };
}
