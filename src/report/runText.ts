/** One run, for the terminal: verdict per guarantee, the faults as they happened, the hash. */
import type { Judgement } from '../check/Judge.js';
import type { FaultLogEntry } from '../faults/FaultInjector.js';
import type { GuaranteeName } from '../scenario/Scenario.js';
import type { Liveness } from '../explore/liveness.js';
import { firedSites } from './firedSites.js';
import { counted, grouped, secondsText } from './numbers.js';
import { lackingText } from './lacking.js';
import { livenessText } from './livenessText.js';
import { textTable, wrapped, type Paint } from './textTable.js';

export interface RunFacts {
  readonly judgement: Judgement;
  readonly faultLog: readonly FaultLogEntry[];
  readonly hash: string;
  readonly events: number;
  readonly virtualUs: number;
  readonly liveness: Liveness;
  readonly required: readonly GuaranteeName[];
  readonly probes: readonly (readonly [name: string, hits: number])[];
}

export function verdictPaint(verdict: 'held' | 'violated' | 'unknown', paint: Paint): (text: string) => string {
  return verdict === 'held' ? paint.good : verdict === 'violated' ? paint.bad : paint.doubtful;
}

/** The verdict of a whole run: what the required guarantees say, and every invariant, since a broken one is a broken protocol. */
export function runVerdict(judgement: Judgement, required: readonly GuaranteeName[]): 'held' | 'violated' | 'unknown' {
  const verdicts = judgement.guarantees.filter(({ name }) => required.includes(name)).map(({ verdict }) => verdict);
  const broken = judgement.findings.some(({ guarantee }) => guarantee.startsWith('invariant/'));
  if (broken || verdicts.includes('violated')) return 'violated';
  return verdicts.includes('unknown') ? 'unknown' : 'held';
}

export function runText(run: RunFacts, paint: Paint, width: number): string[] {
  return [
    ...guaranteeTable(run, paint, width),
    ...invariantLines(run, paint, width),
    ...whyUnknown(run, width),
    '',
    ...faultLines(run, paint),
    ...siteLines(run, paint, width),
    '',
    ...livenessText(run.liveness, paint, width),
    '',
    hashLine(run, paint),
  ];
}

function guaranteeTable({ judgement, required }: RunFacts, paint: Paint, width: number): string[] {
  const lines: string[] = [];
  for (const { name, verdict, detail, promise } of judgement.guarantees) {
    const mark = required.includes(name) ? '' : paint.faint(' (not required)');
    lines.push(`  ${verdictPaint(verdict, paint)(verdict.padEnd(9))}${paint.strong(name)}${mark}`);
    lines.push(...wrapped(detail, width, '           '));
    if (verdict === 'violated' && !promise.promised) {
      const remedy = promise.remedy === '' ? '' : ` Remedy: ${promise.remedy}.`;
      lines.push(...wrapped(`Not promised: ${promise.because} (${promise.source}).${remedy}`, width, '           ').map(paint.faint));
    }
  }
  return lines;
}

/** A required guarantee that could not be judged: what the run lacked, and how to make it happen. */
function whyUnknown({ judgement, required }: RunFacts, width: number): string[] {
  const lacking = lackingText(judgement, required);
  return lacking === '' ? [] : ['', ...wrapped(`Unknown means not put to the test: ${lacking}`, width, '  ')];
}

function invariantLines({ judgement }: RunFacts, paint: Paint, width: number): string[] {
  const broken = judgement.findings.filter(({ guarantee }) => guarantee.startsWith('invariant/'));
  const first = new Map(broken.map((finding) => [finding.guarantee, finding] as const).reverse());
  const applied = judgement.invariants.filter(({ applies }) => applies);
  const checks = applied.reduce((sum, invariant) => sum + invariant.checks, 0);
  const head = `  ${paint.faint(`${counted(applied.length, 'white-box invariant')} checked ${grouped(checks)} times`)}`;
  const lines = [...first.values()].flatMap((finding) => {
    const { statement = '' } = judgement.invariants.find(({ id }) => finding.guarantee === `invariant/${id}`) ?? {};
    return [
      `  ${paint.bad('broken   ')}${paint.strong(finding.guarantee)} ${paint.faint(statement)}`,
      ...wrapped(finding.message, width, '           '),
    ];
  });
  return [...lines, head];
}

function faultLines({ faultLog }: RunFacts, paint: Paint): string[] {
  if (faultLog.length === 0) return ['  no fault began'];
  const rows = faultLog.map(({ kind, targets, beganUs, endedUs }) => [
    paint.faint(secondsText(beganUs)),
    kind,
    targets.join(', '),
    paint.faint(endedUs < 0 ? 'for good' : endedUs === beganUs ? '' : `until ${secondsText(endedUs)}`),
  ]);
  return textTable(rows, '  ');
}

/** Legal but nasty behaviour that was on in this run, the most frequent first. */
function siteLines({ probes }: RunFacts, paint: Paint, width: number): string[] {
  const fired = firedSites(probes).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  if (fired.length === 0) return [];
  const list = fired.map(([id, times]) => `${id} ${grouped(times)}`).join(', ');
  return wrapped(`${counted(fired.length, 'buggify site')} fired: ${list}`, width, '    ', '  ').map((line) => paint.faint(line));
}

function hashLine({ hash, events, virtualUs }: RunFacts, paint: Paint): string {
  return `  hash ${paint.strong(hash)}, ${grouped(events)} events in ${secondsText(virtualUs, 1)} of simulated time`;
}
