import { describe, expect, it } from 'vitest';
import { Random } from '../random/random.ts';
import { drawBias, drawWeight, type Initialization } from './initialization.ts';

const inputs = 50;
const outputs = 200;

// Standard deviation and bound (of a uniform distribution) by the papers' rules.
const rules: [Initialization['name'], number, number][] = [
  ['fan-in-uniform', 1 / Math.sqrt(3 * inputs), 1 / Math.sqrt(inputs)],
  ['he-normal', Math.sqrt(2 / inputs), Infinity],
  ['he-uniform', Math.sqrt(2 / inputs), Math.sqrt(6 / inputs)],
  ['glorot-normal', Math.sqrt(2 / (inputs + outputs)), Infinity],
  ['glorot-uniform', Math.sqrt(2 / (inputs + outputs)), Math.sqrt(6 / (inputs + outputs))],
  ['lecun-normal', 1 / Math.sqrt(inputs), Infinity],
  ['uniform', 0.01 / Math.sqrt(3), 0.01],
  ['normal', 0.01, Infinity],
  ['zero', 0, 0],
];

describe('initialization', () => {
  it.each(rules)('%s has the spread of its rule', (name, deviation, bound) => {
    const draw = { initialization: { name, scale: 0.01 }, inputs, outputs, random: new Random(1) };
    const weight = drawWeight([inputs, outputs], draw);
    const values = Array.from(weight.dataSync());
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThanOrEqual(0.05 * deviation);
    expect(Math.abs(Math.sqrt(variance) - deviation)).toBeLessThanOrEqual(0.03 * deviation);
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(bound * 1.0001);
    const bias = Array.from(drawBias(draw).dataSync());
    expect(bias).toHaveLength(outputs);
    expect(bias.some((value) => value !== 0)).toBe(name === 'fan-in-uniform');
  });
});
