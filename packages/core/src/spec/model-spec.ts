import type { PartConfig } from '../registry/plugin.ts';

/** The weights that belong to a spec: a safetensors file beside it, and what it must hash to. */
export interface WeightsReference {
  /** File name, in the folder of the spec. */
  readonly file: string;
  /** Length in bytes. */
  readonly bytes: number;
  /** SHA-256 of the file, lower-case hexadecimal. */
  readonly sha256: string;
}

/** What sound the data of a model of signals are. */
export interface AudioFormat {
  /** Samples per second. */
  readonly sampleRate: number;
  /** How samples on [−1, 1] become levels, where the model has levels. Default: `mu-law`. */
  readonly encoding?: 'mu-law' | 'linear';
  /** What is done to a recording first: `peak` scales its largest sample to 1. Default: `peak`. */
  readonly normalization?: 'peak' | 'none';
}

/** The JSON document a model is built from. */
export interface ModelSpec {
  readonly $schema?: string;
  readonly format: 'flowzoo/model';
  readonly version: 1;
  readonly name?: string;
  readonly description?: string;
  /** Event shape of the data. */
  readonly event: readonly number[];
  /** Width of the context; 0 or absent when the model is unconditional. */
  readonly context?: number;
  /** Decides every permutation, mask and initial weight. Default: 0. */
  readonly seed?: number;
  readonly model: PartConfig & Readonly<Record<string, unknown>>;
  /** Plugins the model needs: package name → semver range. */
  readonly requires?: Readonly<Record<string, string>>;
  /** Of a model of sound: how its data are made from recordings. */
  readonly audio?: AudioFormat;
  /** How `flowzoo train` and `fitOptionsFromRecipe` train it. */
  readonly training?: Readonly<Record<string, unknown>>;
  readonly weights?: WeightsReference;
}

/** What `format` says in every spec. */
export const SPEC_FORMAT = 'flowzoo/model';
/** The newest version of the envelope that this core reads, and the one it writes. */
export const SPEC_VERSION = 1;
