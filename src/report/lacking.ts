/** Why a guarantee could not be judged. */
import type { Judgement } from '../check/Judge.js';
import type { GuaranteeName } from '../scenario/Scenario.js';

/** What a run lacked, where a required guarantee is unknown, in one sentence; empty when none is. */
export function lackingText({ guarantees, premises }: Judgement, required: readonly GuaranteeName[]): string {
  if (!guarantees.some(({ name, verdict }) => verdict === 'unknown' && required.includes(name))) return '';
  const { leaderChanges, acknowledgedSends } = premises;
  if (leaderChanges === 0)
    return "no partition changed its leader in this run. A leader is replaced when it is away for longer than zookeeper.session.timeout.ms (Kafka's default is 18 s).";
  return acknowledgedSends === 0
    ? 'nothing was acknowledged in this run.'
    : 'nothing was acknowledged, or read, before the leader of its partition changed.';
}
