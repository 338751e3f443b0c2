import { describe, expect, it } from 'vitest';
import { formatBytes, formatCount, formatDuration, formatNumber, formatUncertain } from './format.ts';

describe('formatNumber', () => {
  it.each([
    [3.04567, '3.046'],
    [0.0123456, '0.01235'],
    [123456.7, '123457'],
    [-7.5, '-7.500'],
    [12, '12'],
    [0, '0'],
    [1.23456e-7, '1.235e-7'],
    [1.5e12, '1.5e+12'],
    [Number.NaN, 'NaN'],
    [-Infinity, '-Infinity'],
  ])('%d', (value, text) => expect(formatNumber(value)).toBe(text));

  it('takes the number of digits', () => expect(formatNumber(3.04567, { digits: 2 })).toBe('3.0'));
});

describe('formatCount', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [27610, '27,610'],
    [-1234567, '-1,234,567'],
  ])('%d', (value, text) => expect(formatCount(value)).toBe(text));
});

describe('formatUncertain', () => {
  it.each([
    [3.04567, 0.0345, '3.046 ± 0.035'],
    [-41.913, 1.26, '-41.9 ± 1.3'],
    [205.79, 26, '206 ± 26'],
    [3.04567, 0, '3.046'],
    [3.04567, Number.NaN, '3.046'],
  ])('%d ± %d', (mean, error, text) => expect(formatUncertain(mean, error)).toBe(text));
});

describe('formatDuration', () => {
  it.each([
    [0.85, '850 ms'],
    [0.9996, '1.0 s'],
    [12.34, '12.3 s'],
    [59.97, '1 min 00 s'],
    [245, '4 min 05 s'],
    [7800, '2 h 10 min'],
    [273_600, '3 d 04 h'],
    [Infinity, '?'],
    [Number.NaN, '?'],
  ])('%d s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));
});

describe('formatBytes', () => {
  it.each([
    [512, '512 B'],
    [999.7, '1 kB'],
    [73_736, '73.7 kB'],
    [1_844_294, '1.84 MB'],
    [2e9, '2 GB'],
  ])('%d', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});
