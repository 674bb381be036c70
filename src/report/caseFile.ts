/** Everything about one failure in one place: the run, the finding that counts, its biography, and why the configuration allows it. */
import type { Finding } from '../check/Finding.js';
import type { TrialResult } from '../explore/trial.js';
import { parseProperties, resolveProducerConfig } from '../kafka/config/index.js';
import type { GuaranteeName, Scenario } from '../scenario/Scenario.js';
import type { SliceSubject } from './spaceTime/causalSlice.js';
import { secondsText } from './numbers.js';
import type { RecordedRun } from './RecordedRun.js';
import { capitalised } from './sentences.js';
import { tellStory, type StorySentence } from './story.js';

export interface CaseFile extends RecordedRun {
  readonly finding: Finding;
  readonly story: readonly StorySentence[];
  /** `orders-0`; empty when the finding concerns none. */
  readonly partition: string;
  /** What prevents it and why it can happen, where the configuration does not promise better. */
  readonly because: string;
  readonly source: string;
  readonly remedy: string;
}

export function openCase(run: RecordedRun, finding: Finding): CaseFile {
  const { scenario, result, events } = run;
  const { history, simulation, judgement } = result;
  const partition = finding.partition < 0 ? '' : simulation.bus.names.text(finding.partition);
  const story = tellStory({ events, history, finding, partition, acksOf: acksIn(scenario) });
  const name: GuaranteeName = finding.guarantee.startsWith('invariant/') ? 'no-divergence' : (finding.guarantee as GuaranteeName);
  const promise = judgement.guarantees.find((guarantee) => guarantee.name === name)?.promise;
  const { because, source, remedy } = promise !== undefined && !promise.promised ? promise : { because: '', source: '', remedy: '' };
  return { ...run, finding, story, partition, because, source, remedy };
}

function acksIn({ release, workload }: Scenario): (client: string) => number {
  return (client) => {
    const { properties } = workload.producers.find(({ id }) => id === client) ?? { properties: {} };
    const entries = Object.entries(properties).map(([name, value]) => ({ name, value: String(value), where: '' }));
    return resolveProducerConfig(release, parseProperties('producer', entries, release).values).acks;
  };
}

/** The finding to tell of: of the guarantee that was violated, the first one that concerns a record which a broker confirmed, else the first. */
export function findingToTell(result: TrialResult, guarantee: string): Finding | undefined {
  const own = result.judgement.findings.filter((finding) => finding.guarantee === guarantee);
  return own.find(({ offset, value }) => offset >= 0 && value >= 0) ?? own[0];
}

/** `Message 17 was acknowledged in orders-0 at offset 41 at 3.214 s and is gone`. */
export function headline(open: CaseFile): string {
  const { finding } = open;
  return finding.guarantee.startsWith('invariant/')
    ? finding.message.replace(/\.$/, '')
    : guaranteeHeadline(open, finding.guarantee as GuaranteeName);
}

function guaranteeHeadline({ finding, partition, result }: CaseFile, guarantee: GuaranteeName): string {
  const { offset, value, message } = finding;
  const send = value < 0 ? undefined : result.history.sends[value];
  const at = offset < 0 ? '' : ` at offset ${offset}`;
  switch (guarantee) {
    case 'no-acknowledged-loss':
      return send === undefined
        ? message
        : `Message ${value} was acknowledged in ${partition}${at} at ${secondsText(send.completedUs)} and is gone`;
    case 'no-divergence':
      return `Replicas of ${partition} hold different records${at}`;
    case 'consistent-offsets':
      return `What a consumer read in ${partition}${at} did not stay there`;
    case 'producer-order':
      return `Messages of one producer are out of order in ${partition}`;
    case 'key-order':
      return `Messages of one key are out of order in ${partition}`;
    case 'no-aborted-reads':
      return `A read_committed consumer was given message ${value} of ${partition}, which was not committed`;
    case 'transaction-atomicity':
    case 'committed-offsets-honest':
    case 'single-owner':
    case 'no-skipped-records':
      return sentence(message);
    case 'exactly-once':
      return `Message ${value} of ${partition}${at} did not have exactly one output`;
    case 'at-least-once':
      return `Message ${value} of ${partition}${at} was committed as read and never processed`;
    case 'at-most-once':
      return `Message ${value} of ${partition}${at} was processed twice in one group`;
    case 'no-duplicates':
      return `Message ${value} is in ${partition} more than once`;
    case 'eventually-converges':
      return `The healed cluster does not come to rest${partition === '' ? '' : ` (${partition})`}`;
    case 'group-converges':
      return `A consumer group does not come to rest${partition === '' ? '' : ` (${partition})`}`;
  }
}

/** A finding's message as a headline: with a capital and without its full stop. */
function sentence(message: string): string {
  return capitalised(message.replace(/\.$/, ''));
}

/** What a diagram of it is about; null when the finding concerns no partition. */
export function subjectOf({ finding, partition, result, events, story }: CaseFile): SliceSubject | null {
  if (partition === '') return null;
  const send = finding.value < 0 ? undefined : result.history.sends[finding.value];
  const told = story.filter(({ eventIndex }) => eventIndex >= 0).at(-1)?.timeUs ?? finding.timeUs;
  const fromUs = send?.invokedUs ?? Math.max(0, finding.timeUs - 5_000_000);
  const toUs = Math.min(Math.max(finding.timeUs, told), events.at(-1)?.timeUs ?? told);
  return { partition, offset: finding.offset, client: send?.client ?? '', value: finding.value, fromUs, toUs };
}
