import { Random } from '@flowzoo/core';
import { describe, expect, it } from 'vitest';
import { dependenceOf, type OrderOption } from './order-option.ts';

const of = (order: OrderOption, size: number, seed = 0): ReturnType<typeof dependenceOf> =>
  dependenceOf(order, { size, random: new Random(seed), at: 'layers[0]' });

describe('an order', () => {
  it('gives each feature its place', () => {
    expect([...of('natural', 3).levels]).toEqual([0, 1, 2]);
    expect([...of('reversed', 3).levels]).toEqual([2, 1, 0]);
    expect([...of([2, 0, 1], 3).levels]).toEqual([1, 2, 0]);
    expect(of([2, 0, 1], 3)).toMatchObject({ depth: 3, saved: { name: 'order', values: Int32Array.of(2, 0, 1) } });
  });

  it('is drawn from the seed alone', () => {
    const orders = [1, 1, 2].map((seed) => [...of('random', 20, seed).saved.values]);
    expect(orders[0]).toEqual(orders[1]);
    expect(orders[0]).not.toEqual(orders[2]);
    expect(orders[0]!.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it.each([[[0, 1]], [[0, 1, 1]], [[1, 2, 3]]])('must name each feature once: %j', (order) => {
    expect(() => of(order, 3)).toThrow(
      `layers[0]: the order does not name each feature once (expected each of 0 to 2 once, got [${order.join(', ')}])`,
    );
  });
});

describe('a graph', () => {
  it('of an order is that order', () => {
    const graph = of({ parents: [[2], [2, 0], []] }, 3);
    const order = of([2, 0, 1], 3);
    expect([...graph.levels]).toEqual([...order.levels]);
    expect([...graph.heights]).toEqual([...order.heights]);
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) {
        expect(graph.sees(graph.classOf[i]!, j)).toBe(order.sees(order.classOf[i]!, j));
      }
    }
  });

  it('of a coupling has two levels and two classes', () => {
    const graph = of({ parents: [[], [], [0, 1], [1, 0, 1]] }, 4);
    expect(graph).toMatchObject({ depth: 2, classes: 2, classOf: Int32Array.of(0, 0, 1, 1) });
    expect([...graph.heights]).toEqual([1, 1, 0, 0]);
    expect(of({ parents: [[], []] }, 2).depth).toBe(1);
  });

  it('can be a matrix', () => {
    const adjacency = [
      [0, 0, 0],
      [1, 0, 0],
      [1, 0, 0],
    ];
    expect(of({ adjacency }, 3).saved).toEqual(of({ parents: [[], [0], [0]] }, 3).saved);
  });

  it('has no cycle, which the message prints', () => {
    expect(() => of({ parents: [[], [2], [0, 3], [1]] }, 4)).toThrow(
      'layers[0]: the features depend on each other in a cycle (expected a graph without cycles, got 1 → 2 → 3 → 1). Take one of these dependences out (i → j reads: i depends on j)',
    );
    expect(() => of({ parents: [[0]] }, 1)).toThrow('got 0 → 0)');
  });

  it.each([
    [
      { parents: [[], [0]] },
      'the graph has another number of features than the event (expected 3 lists of parents, got 2)',
    ],
    [{ parents: [[], [0], [7]] }, 'the graph names a feature that does not exist (expected 0 to 2, got 7)'],
    [
      { adjacency: [[0], [0], [0]] },
      'the adjacency matrix is not square (expected 3 rows of 3 numbers, got row 0 of 1)',
    ],
  ])('must fit the event: %j', (order, message) => {
    expect(() => of(order, 3)).toThrow(`layers[0]: ${message}`);
  });
});
