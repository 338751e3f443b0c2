import * as tf from '@tensorflow/tfjs';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import { evaluationMode, type Mode } from './mode.ts';
import type { Part, StateValues } from './part.ts';

/**
 * Bookkeeping that every part needs: owns variables and state, adopts children, names all of them with dots, and hands
 * mode, loaded state and disposal down.
 *
 * Variables are created in the constructor of the concrete class, in a fixed order, from `build.random`.
 */
export abstract class PartBase implements Part {
  readonly type: string;
  readonly path: string;
  protected mode: Mode;
  readonly #variables = new Map<string, tf.Variable>();
  readonly #state = new Map<string, tf.Variable>();
  readonly #children = new Map<string, Part>();
  #allVariables: ReadonlyMap<string, tf.Variable> | null = null;
  #allState: ReadonlyMap<string, tf.Variable> | null = null;
  #disposed = false;

  protected constructor(type: string, path: string) {
    this.type = type;
    this.path = path;
    this.mode = evaluationMode(path);
  }

  /** Own variables first, then the children's in the order of adoption. */
  get variables(): ReadonlyMap<string, tf.Variable> {
    this.#allVariables ??= merge(this.#variables, this.#children, (child) => child.variables);
    return this.#allVariables;
  }

  get state(): ReadonlyMap<string, tf.Variable> {
    this.#allState ??= merge(this.#state, this.#children, (child) => child.state);
    return this.#allState;
  }

  /** The place and the type as messages print it: `layers[3] (affine-coupling)`. */
  protected get place(): string {
    return this.path === '' ? this.type : `${this.path} (${this.type})`;
  }

  /** Creates a trained variable; `initial` is consumed. */
  protected addVariable(name: string, initial: tf.Tensor): tf.Variable {
    return this.#own(this.#variables, name, initial, true);
  }

  /** Creates a saved, untrained entry; `initial` is consumed. Replace its value with `assign`. */
  protected addState(name: string, initial: tf.Tensor): tf.Variable {
    return this.#own(this.#state, name, initial, false);
  }

  /** Adopts a part: its variables and state appear here under `name.`, and it is disposed with this part. */
  protected addChild<P extends Part>(name: string, child: P): P {
    this.#children.set(name, child);
    this.#allVariables = null;
    this.#allState = null;
    return child;
  }

  setMode(mode: Mode): void {
    this.mode = mode;
    for (const [name, child] of this.#children) {
      child.setMode({ training: mode.training, random: mode.random.fork(name) });
    }
  }

  stateLoaded(values: ReadonlyMap<string, StateValues>): void {
    for (const [name, child] of this.#children) {
      const prefix = `${name}.`;
      const own = new Map<string, StateValues>();
      for (const [key, value] of values) if (key.startsWith(prefix)) own.set(key.slice(prefix.length), value);
      child.stateLoaded(own);
    }
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const variable of this.#variables.values()) variable.dispose();
    for (const entry of this.#state.values()) entry.dispose();
    for (const child of this.#children.values()) child.dispose();
  }

  /** @throws E_DISPOSED when the part has been disposed. */
  protected assertAlive(): void {
    if (this.#disposed) {
      throw new FlowzooError('E_DISPOSED', 'used after dispose()', {
        at: this.place,
        remedy: 'Build or load it again',
      });
    }
  }

  #own(into: Map<string, tf.Variable>, name: string, initial: tf.Tensor, trainable: boolean): tf.Variable {
    if (this.#variables.has(name) || this.#state.has(name)) {
      throw new FlowzooError('E_PLUGIN', `the layer creates "${name}" twice`, {
        at: this.place,
        remedy: 'Variables and state of a part share one set of names',
      });
    }
    // No name is given to tfjs: its registry of variable names is global, ours is per part.
    const variable = tf.variable(initial, trainable);
    initial.dispose();
    into.set(name, variable);
    this.#allVariables = null;
    this.#allState = null;
    return variable;
  }
}

function merge(
  own: ReadonlyMap<string, tf.Variable>,
  children: ReadonlyMap<string, Part>,
  pick: (child: Part) => ReadonlyMap<string, tf.Variable>,
): ReadonlyMap<string, tf.Variable> {
  const all = new Map(own);
  for (const [name, child] of children) {
    for (const [key, variable] of pick(child)) all.set(`${name}.${key}`, variable);
  }
  return all;
}
