import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { guardOutput } from './terminal.ts';

function guarded(): { codes: number[]; written: string[]; stdout: EventEmitter; stderr: EventEmitter } {
  const codes: number[] = [];
  const written: string[] = [];
  const stdout = new EventEmitter();
  const stderr = Object.assign(new EventEmitter(), { write: (text: string) => written.push(text) });
  guardOutput({ stdout, stderr, exit: (code) => codes.push(code) });
  return { codes, written, stdout, stderr };
}

const systemError = (code: string): Error => Object.assign(new Error(`${code}: told by a test`), { code });

describe('guardOutput', () => {
  it('ends quietly when the reader has gone', () => {
    const { codes, written, stdout } = guarded();
    stdout.emit('error', systemError('EPIPE'));
    expect({ codes, written }).toEqual({ codes: [0], written: [] });
  });

  it('fails when the disk is full', () => {
    const { codes, written, stdout } = guarded();
    stdout.emit('error', systemError('ENOSPC'));
    expect(codes).toEqual([1]);
    expect(written).toEqual(['error E_FILE_WRITE: standard output cannot be written (got ENOSPC: told by a test)\n']);
  });

  it('goes on without standard error', () => {
    const { codes, stderr } = guarded();
    stderr.emit('error', systemError('EPIPE'));
    expect(codes).toEqual([]);
  });
});
