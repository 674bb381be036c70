import { describe, expect, test } from 'vitest';
import type { AssignorName } from '../../config/ConsumerConfig.js';
import type { AssignorMember } from './Assignor.js';
import { createAssignor } from './index.js';
import { Topics } from './testing.js';

const NEW = { assignorGenerationRule: true, cooperativeTwoPhase: true };

function assigned(name: AssignorName, topics: Topics, members: readonly AssignorMember[], features = NEW): Record<string, string> {
  return topics.shown(createAssignor(name, features).assign(topics.cluster, members));
}

describe('range', () => {
  test('divides each topic by itself, so the first members get the odd partition of every topic', () => {
    const topics = new Topics({ orders: 3, payments: 3 });
    const members = ['b', 'a'].map((id) => topics.member(id, 'orders payments'));
    expect(assigned('range', topics, members)).toEqual({ a: 'orders-0 orders-1 payments-0 payments-1', b: 'orders-2 payments-2' });
  });

  test('leaves members idle when a topic has fewer partitions', () => {
    const topics = new Topics({ orders: 3 });
    const members = ['a', 'b', 'c', 'd'].map((id) => topics.member(id, 'orders'));
    expect(assigned('range', topics, members)).toEqual({ a: 'orders-0', b: 'orders-1', c: 'orders-2', d: '' });
  });

  test('counts only those who subscribed, and knows nothing of topics without metadata', () => {
    const topics = new Topics({ orders: 2, payments: 2, unread: 1 });
    const members = [topics.member('a', 'orders missing'), topics.member('b', 'orders payments')];
    expect(assigned('range', topics, members)).toEqual({ a: 'orders-0', b: 'orders-1 payments-0 payments-1' });
  });

  test('puts static members first, by instance id', () => {
    const topics = new Topics({ orders: 3 });
    const members = [topics.member('a', 'orders'), topics.member('z', 'orders', '', -1, 'i2'), topics.member('y', 'orders', '', -1, 'i1')];
    expect(assigned('range', topics, members)).toEqual({ y: 'orders-0', z: 'orders-1', a: 'orders-2' });
  });
});

describe('roundrobin', () => {
  test('deals all partitions of all topics in turn', () => {
    const topics = new Topics({ orders: 3, payments: 3 });
    const members = ['a', 'b'].map((id) => topics.member(id, 'orders payments'));
    expect(assigned('roundrobin', topics, members)).toEqual({ a: 'orders-0 orders-2 payments-1', b: 'orders-1 payments-0 payments-2' });
  });

  test('passes over members that do not read the topic', () => {
    const topics = new Topics({ t0: 1, t1: 2, t2: 3, unread: 4 });
    const members = [topics.member('c0', 't0'), topics.member('c1', 't0 t1'), topics.member('c2', 't0 t1 t2')];
    expect(assigned('roundrobin', topics, members)).toEqual({ c0: 't0-0', c1: 't1-0', c2: 't1-1 t2-0 t2-1 t2-2' });
  });
});

describe('sticky, everybody with the same topics', () => {
  test('begins by dealing in turn', () => {
    const topics = new Topics({ orders: 5 });
    const members = ['a', 'b'].map((id) => topics.member(id, 'orders'));
    expect(assigned('sticky', topics, members)).toEqual({ a: 'orders-0 orders-2 orders-4', b: 'orders-1 orders-3' });
  });

  test('lets a newcomer take only what makes it even', () => {
    const topics = new Topics({ orders: 6 });
    const members = [
      topics.member('a', 'orders', 'orders-0 orders-1 orders-2', 1),
      topics.member('b', 'orders', 'orders-3 orders-4 orders-5', 1),
      topics.member('c', 'orders'),
    ];
    expect(assigned('sticky', topics, members)).toEqual({ a: 'orders-0 orders-1', b: 'orders-3 orders-4', c: 'orders-2 orders-5' });
  });

  test('gives what a member left behind to the others, who lose nothing', () => {
    const topics = new Topics({ orders: 6 });
    const members = [topics.member('a', 'orders', 'orders-0 orders-1', 1), topics.member('b', 'orders', 'orders-4 orders-5', 1)];
    expect(assigned('sticky', topics, members)).toEqual({ a: 'orders-0 orders-1 orders-2', b: 'orders-3 orders-4 orders-5' });
  });

  test('believes the claim of the later generation, partition by partition (KIP-792)', () => {
    const topics = new Topics({ orders: 4 });
    const members = [topics.member('a', 'orders', 'orders-0 orders-1', 1), topics.member('b', 'orders', 'orders-1 orders-2', 2)];
    expect(assigned('sticky', topics, members)).toEqual({ a: 'orders-0 orders-3', b: 'orders-1 orders-2' });
  });

  test('forgets claims to partitions that are gone', () => {
    const topics = new Topics({ orders: 2 });
    const members = [topics.member('a', 'orders', 'orders-0 gone-0', 1), topics.member('b', 'orders', 'orders-7', 1)];
    expect(assigned('sticky', topics, members)).toEqual({ a: 'orders-0', b: 'orders-1' });
  });
});

describe('sticky, subscriptions that differ', () => {
  test('fills up whoever has least among those who read the topic', () => {
    const topics = new Topics({ t0: 1, t1: 2, t2: 3 });
    const members = [topics.member('c0', 't0'), topics.member('c1', 't0 t1'), topics.member('c2', 't0 t1 t2')];
    expect(assigned('sticky', topics, members)).toEqual({ c0: 't0-0', c1: 't1-0 t1-1', c2: 't2-0 t2-1 t2-2' });
  });

  test('takes from a member what it no longer subscribes to', () => {
    const topics = new Topics({ t0: 2, t1: 2 });
    const members = [topics.member('a', 't0', 't0-0 t1-0', 1), topics.member('b', 't0 t1', 't0-1 t1-1', 1)];
    expect(assigned('sticky', topics, members)).toEqual({ a: 't0-0 t0-1', b: 't1-0 t1-1' });
  });

  test('moves partitions to a newcomer that reads less than others', () => {
    const topics = new Topics({ t0: 4, t1: 1 });
    const members = [topics.member('a', 't0 t1', 't0-0 t0-1 t0-2 t0-3 t1-0', 1), topics.member('b', 't0')];
    const { a, b } = assigned('sticky', topics, members);
    expect([a?.split(' ').length, b?.split(' ').length]).toEqual([3, 2]);
  });
});

describe('cooperative-sticky', () => {
  const six = new Topics({ orders: 6 });
  const newcomer = [
    six.member('a', 'orders', 'orders-0 orders-1 orders-2', 1),
    six.member('b', 'orders', 'orders-3 orders-4 orders-5', 1),
    six.member('c', 'orders'),
  ];

  test('gives a newcomer nothing before the others have given it up (KIP-429)', () => {
    expect(assigned('cooperative-sticky', six, newcomer)).toEqual({ a: 'orders-0 orders-1', b: 'orders-3 orders-4', c: '' });
    const second = [
      six.member('a', 'orders', 'orders-0 orders-1', 2),
      six.member('b', 'orders', 'orders-3 orders-4', 2),
      six.member('c', 'orders', '', 2),
    ];
    expect(assigned('cooperative-sticky', six, second)).toEqual({
      a: 'orders-0 orders-1',
      b: 'orders-3 orders-4',
      c: 'orders-2 orders-5',
    });
  });

  test('gives it at once when the two phases are switched off', () => {
    const features = { ...NEW, cooperativeTwoPhase: false };
    expect(assigned('cooperative-sticky', six, newcomer, features)).toMatchObject({ c: 'orders-2 orders-5' });
  });

  test('does the same where subscriptions differ', () => {
    const topics = new Topics({ t0: 4, t1: 1 });
    const members = [topics.member('a', 't0 t1', 't0-0 t0-1 t0-2 t0-3 t1-0', 1), topics.member('b', 't0')];
    const { a, b } = assigned('cooperative-sticky', topics, members);
    expect([a?.split(' ').length, b]).toEqual([3, '']);
  });

  test('gives a partition that two members of one generation claim to neither in this round', () => {
    const topics = new Topics({ orders: 2 });
    const members = [topics.member('a', 'orders', 'orders-0', 3), topics.member('b', 'orders', 'orders-0 orders-1', 3)];
    expect(assigned('cooperative-sticky', topics, members)).toEqual({ a: '', b: 'orders-1' });
  });
});

describe('stale ownership before KAFKA-14639 (B-65)', () => {
  const OLD = { ...NEW, assignorGenerationRule: false };
  const topics = new Topics({ orders: 4 });

  test('a partition that two members claim is assigned to both where the subscription carries no generation', () => {
    const members = [topics.member('a', 'orders', 'orders-0 orders-1'), topics.member('b', 'orders', 'orders-1 orders-2')];
    const both = assigned('cooperative-sticky', topics, members, OLD);
    expect([both['a'], both['b']].every((list) => list?.includes('orders-1'))).toBe(true);
    const neither = assigned('cooperative-sticky', topics, members);
    expect([neither['a'], neither['b']].some((list) => list?.includes('orders-1'))).toBe(false);
  });

  test('a member that missed a generation has what it still holds given away in the same round', () => {
    const members = [
      topics.member('a', 'orders', 'orders-0 orders-1', 1),
      topics.member('b', 'orders', 'orders-1 orders-2 orders-3', 2),
      topics.member('c', 'orders', '', 2),
    ];
    expect(assigned('cooperative-sticky', topics, members, OLD)).toEqual({ a: 'orders-0', b: 'orders-1 orders-2', c: '' });
    const more = [...members.slice(1), topics.member('a', 'orders', 'orders-0', 1), topics.member('A', 'orders')];
    expect(assigned('cooperative-sticky', topics, more, OLD)).toMatchObject({ A: 'orders-0', a: '' });
    expect(assigned('cooperative-sticky', topics, more)).toMatchObject({ A: '', a: 'orders-0' });
  });
});
