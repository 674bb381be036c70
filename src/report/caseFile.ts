/**
 * Everything about one failing run in one place: the run itself, the finding that counts, its biography, and the texts of the files that are kept of it. Runs the
 * scenario once more with every event recorded.
 */
import type { Finding } from '../check/Finding.js';
import type { TrialResult } from '../explore/trial.js';
import { faultKind } from '../faults/faultKinds.js';
import type { Fault } from '../faults/Fault.js';
import type { FieldSpec } from '../faults/FieldSpec.js';
import { parseProperties, resolveProducerConfig } from '../kafka/config/index.js';
import { formatDuration } from '../scenario/durations.js';
import { formatScenario } from '../scenario/format.js';
import type { GuaranteeName, Scenario } from '../scenario/Scenario.js';
import type { SliceSubject } from './causalSlice.js';
import { firedSites } from './firedSites.js';
import { jepsenOps } from './jepsen/runHistory.js';
import { historyText } from './jepsen/writeHistory.js';
import { counted, secondsText } from './numbers.js';
import { failurePage } from './page/failurePage.js';
import type { GivenProperties } from './page/PageInput.js';
import type { RecordedRun } from './RecordedRun.js';
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
  return `${message.charAt(0).toUpperCase()}${message.slice(1).replace(/\.$/, '')}`;
}

/** The faults in words: `kill of the leader of orders-0 at 2.5s for 3s`. */
export function faultTexts({ scenario, result }: Pick<CaseFile, 'scenario' | 'result'>): string[] {
  return scenario.faults.map((fault) => {
    const entry = result.faultLog.find(({ id }) => id === fault.id);
    const struck = entry === undefined || entry.targets.length === 0 ? '' : ` of ${entry.targets.join(', ')}`;
    const when = entry === undefined ? 'never began' : `at ${formatDuration(entry.beganUs)}`;
    const length = faultKind(fault.kind).instant ? '' : fault.forUs === null ? ' until the end' : ` for ${formatDuration(fault.forUs)}`;
    return `${fault.kind}${struck} ${when}${length}${parameters(fault)}`;
  });
}

/** The buggify sites in words: `replica-fetch/one-batch, fired 12 times`. Empty without any. */
export function siteTexts({ scenario, result }: Pick<CaseFile, 'scenario' | 'result'>): string[] {
  const fired = new Map(firedSites(result.probes));
  return Object.keys(scenario.buggify ?? {}).map((id) => `${id}, fired ${counted(fired.get(id) ?? 0, 'time')}`);
}

function parameters(fault: Fault): string {
  const shown = Object.entries<FieldSpec>(faultKind(fault.kind).fields).flatMap(([name, spec]) => {
    if (!['duration', 'integer', 'chance', 'one-of', 'some-of', 'broker-ids'].includes(spec.type)) return [];
    const value: unknown = fault[name as keyof Fault];
    return [`${name.replace(/Us$/, '')} ${spec.type === 'duration' ? formatDuration(Number(value)) : [value].flat().join(', ')}`];
  });
  return shown.length === 0 ? '' : ` (${shown.join(', ')})`;
}

export interface CaseFileContext {
  readonly replayCommand: string;
  readonly origin: string;
  readonly version: string;
  readonly notModelled: readonly { readonly name: string; readonly reason: string }[];
  /** Which properties somebody set; the scenario's others were drawn by the seed. Null: all of them were written so. */
  readonly given: GivenProperties | null;
}

const EVENTS_BEFORE = 3_000;
const EVENTS_AFTER = 300;

/** Names and contents of the files that are kept. */
export function caseFiles(open: CaseFile, context: CaseFileContext): [name: string, text: string][] {
  const { scenario, result, finding, events } = open;
  const ops = jepsenOps(result);
  const { guarantee, kind } = finding;
  const yaml = formatScenario(scenario, { hash: result.hash, guarantee, kind, version: context.version });
  const index = finding.eventIndex >= 0 ? finding.eventIndex : events.findIndex(({ timeUs }) => timeUs >= finding.timeUs);
  const at = index < 0 ? events.length : index;
  const around = events.slice(Math.max(0, at - EVENTS_BEFORE), at + EVENTS_AFTER);
  return [
    ['scenario.yaml', yaml],
    ['history.jsonl', historyText(ops, 'jsonl')],
    ['history.edn', historyText(ops, 'edn')],
    ['events.jsonl', around.map((event) => `${JSON.stringify(event)}\n`).join('')],
    ['index.html', casePage(open, context, yaml)],
  ];
}

function casePage(open: CaseFile, context: CaseFileContext, yaml: string): string {
  const { result, finding } = open;
  return failurePage({
    ...context,
    run: open,
    yaml,
    guarantee: finding.guarantee,
    headline: headline(open),
    story: open.story.map(({ timeUs, text, eventIndex }) => ({ timeUs, text, events: eventIndex < 0 ? [] : [eventIndex] })),
    because: open.because === '' ? '' : `${open.because} (${open.source})`,
    remedy: open.remedy,
    subject: subjectOf(open),
    moments: [{ timeUs: finding.timeUs, label: headline(open) }],
    verdicts: result.judgement.guarantees.map(({ name, verdict, detail, promise }) => ({
      name,
      verdict,
      detail,
      promise: promise.promised ? 'promised by this configuration under these faults' : `not promised: ${promise.because}`,
    })),
  });
}

function subjectOf({ finding, partition, result, events, story }: CaseFile): SliceSubject | null {
  if (partition === '') return null;
  const send = finding.value < 0 ? undefined : result.history.sends[finding.value];
  const told = story.filter(({ eventIndex }) => eventIndex >= 0).at(-1)?.timeUs ?? finding.timeUs;
  const fromUs = send?.invokedUs ?? Math.max(0, finding.timeUs - 5_000_000);
  const toUs = Math.min(Math.max(finding.timeUs, told), events.at(-1)?.timeUs ?? told);
  return { partition, offset: finding.offset, client: send?.client ?? '', value: finding.value, fromUs, toUs };
}
