import type { FitResult, ModelSpec, Registry } from '@flowzoo/core';
import { writeFileAtomically } from '@flowzoo/core/node';
import { version_core } from '@tensorflow/tfjs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { commandVersion } from '../version.ts';

/** Name of the record in a model's folder. */
export const RECORD_FILE = 'training.json';

/** One file of rows that a training used. */
export interface UsedRows {
  readonly file: string;
  /** The range that was asked for; null for the whole file. */
  readonly range: string | null;
  readonly rows: number;
  /** How grey pixels became 0 and 1; null when they did not. */
  readonly binarize: string | null;
  /** The bits of a pixel that were kept; null when all were. */
  readonly bits: number | null;
}

/** What a record is made of. */
export interface RecordInput {
  readonly spec: ModelSpec;
  readonly result: FitResult;
  /** The step it was resumed from; null when it ran in one go. */
  readonly resumedFrom: number | null;
  /** Threads that shared each batch. */
  readonly workers: number;
  readonly data: UsedRows;
  /** Null when no rows were held out in a file of their own. */
  readonly validation: UsedRows | null;
  readonly registry: Registry;
  readonly backend: string;
}

/**
 * Writes how a model came about beside it: settings, data, losses (nats), validations, versions.
 *
 * @throws E_FILE_WRITE
 */
export async function writeRecord(folder: string, input: RecordInput): Promise<void> {
  const { spec, result, resumedFrom, workers, data, validation, registry, backend } = input;
  const { reason, steps, weights, bestStep, bestValidation, seconds, unusedVariables, history } = result;
  const record = {
    format: 'flowzoo/training',
    version: 1,
    model: spec.name ?? null,
    seed: spec.seed ?? 0,
    settings: spec.training,
    workers,
    data,
    validation,
    result: { reason, steps, weights, bestStep, bestValidation, resumedFrom, seconds, unusedVariables },
    versions: {
      node: process.version,
      '@tensorflow/tfjs': version_core,
      '@flowzoo/cli': commandVersion(),
      ...Object.fromEntries(registry.plugins),
    },
    backend,
    history,
  };
  await writeFileAtomically(
    join(folder, RECORD_FILE),
    new TextEncoder().encode(`${JSON.stringify(record, null, 2)}\n`),
  );
}

/** Removes the record of a model that is there no more. */
export async function forgetRecord(folder: string): Promise<void> {
  await rm(join(folder, RECORD_FILE), { force: true });
}
