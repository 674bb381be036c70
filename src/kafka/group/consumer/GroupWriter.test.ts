import { expect, it } from 'vitest';
import type { Process } from '../../../engine/Host.js';
import { Probes } from '../../../engine/probes.js';
import type { CoordinatorTopic, CoordinatorWrite } from '../../coordinator/CoordinatorTopic.js';
import { GroupWriter, type Done } from './GroupWriter.js';

const write = {} as CoordinatorWrite;

/** A writer over a log that answers an append when the next one is made, as the only member of an ISR does. */
function writerOverLog(): { readonly writer: GroupWriter; readonly told: string[]; commit(name: string, done?: Done): void } {
  const told: string[] = [];
  let answer: Done | null = null;
  const topic = {
    append: (_partition: number, _writes: readonly CoordinatorWrite[], _options: unknown, done: Done): void => {
      const earlier = answer;
      answer = done;
      earlier?.(0);
    },
  } as unknown as CoordinatorTopic;
  const process = { host: { disk: { slowdown: 1 } } } as unknown as Process;
  const writer = new GroupWriter({ topic, process, probes: new Probes(), timeoutUs: 1, answersAwaitLog: true }, 7, () => write);
  const commit = (name: string, done: Done = () => undefined): void => {
    const apply = (): (() => void) => {
      told.push(`${name} taken over`);
      return () => void told.push(`${name} announced`);
    };
    writer.commit([write], apply, done);
  };
  return { writer, told, commit };
}

it('takes a change over before anything that its append sets off', () => {
  const { writer, told, commit } = writerOverLog();
  const next = (): void =>
    writer.inTurn(
      () => commit('third'),
      () => undefined,
    );
  commit('first', next);
  commit('second');
  expect(told).toEqual(['first taken over', 'first announced', 'second taken over', 'second announced', 'third taken over']);
});
