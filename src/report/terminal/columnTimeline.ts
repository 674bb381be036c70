/**
 * A timeline of fixed width, one line an event, in which the column tells the broker: a small sign for what the broker is (running, leading, paused, down), a
 * capital letter for what it does there. Readable without colour; what the letters mean is said below. After the one-line state changes of TigerBeetle's simulator.
 */
import type { RecordedEvent } from '../../engine/events.js';
import { causalSlice, type SliceSubject } from '../spaceTime/causalSlice.js';
import { secondsText } from '../numbers.js';
import type { RecordedRun } from '../RecordedRun.js';
import { wrapped, type Paint } from '../textTable.js';
import { eventLetters, notable, type NotableEvent } from './notableEvents.js';

/** Lines of a timeline about one partition; the middle is left out of longer ones. */
const MOST_LINES = 36;
const TIME_WIDTH = 13;

/** The events that bear on a failure, and the faults. @param subject null: everything notable. @param most default: 36 lines. */
export function columnTimeline(
  run: RecordedRun,
  subject: SliceSubject | null,
  paint: Paint,
  width: number,
  most: number = MOST_LINES,
): string[] {
  const lines = subject === null ? everything(run) : about(run, subject);
  const shown =
    lines.length <= most ? lines : [...lines.slice(0, Math.ceil(most / 2)), ...lines.slice(lines.length - Math.floor(most / 2))];
  const view = new Columns(run, subject?.partition ?? '', paint, width);
  const out: string[] = [view.heading()];
  shown.forEach((line, i) => {
    if (i === Math.ceil(most / 2) && shown.length < lines.length) out.push(view.gap(lines.length - shown.length));
    out.push(...view.line(line));
  });
  return shown.length === 0 ? ['  nothing worth a line happened'] : [...out, ...view.legend()];
}

/** What happened to the record, in the words of the causal slice, among the faults. */
function about({ events }: RecordedRun, subject: SliceSubject): NotableEvent[] {
  const slice = causalSlice(events, subject).map(({ event, lane, text }): NotableEvent => {
    const id = /^broker (\d+)$/.exec(lane)?.[1];
    return { event, broker: id === undefined ? -1 : Number(id), who: id === undefined ? lane : '', text };
  });
  const faults = events.flatMap((event) => {
    if (!/^(fault-|healing-)/.test(event.type) || event.timeUs > subject.toUs) return [];
    return notable(event) ?? [];
  });
  return [...slice, ...faults].sort((a, b) => a.event.index - b.event.index);
}

function everything({ events }: RecordedRun): NotableEvent[] {
  return events.flatMap((event) => notable(event) ?? []);
}

type Life = 'running' | 'paused' | 'down';

/** What every broker is when a line is written: follows all events of the run, not only those that have a line. */
class Columns {
  private readonly brokers: readonly number[];
  private readonly lives: Map<number, Life>;
  /** Who takes itself for the leader: a paused one still does when it runs on. */
  private readonly leading = new Set<number>();
  private readonly used = new Map<string, string>();
  private readonly gutter: number;
  private next = 0;

  constructor(
    private readonly run: RecordedRun,
    /** Whose leader is marked; empty: nobody's. */
    private readonly partition: string,
    private readonly paint: Paint,
    private readonly width: number,
  ) {
    this.brokers = Array.from({ length: run.scenario.cluster.brokers }, (_, i) => i + 1);
    this.lives = new Map(this.brokers.map((broker) => [broker, 'running']));
    this.gutter = TIME_WIDTH + 2 + 2 * this.brokers.length + 1;
  }

  heading(): string {
    return this.paint.faint(`${'broker'.padStart(TIME_WIDTH)}  ${this.brokers.map((broker) => String(broker % 10)).join(' ')}`);
  }

  gap(lines: number): string {
    return this.paint.faint(`${' '.repeat(TIME_WIDTH)}  … ${lines} more lines`);
  }

  line({ event, broker, who, text }: NotableEvent): string[] {
    while (this.next <= event.index) this.follow(this.run.events[this.next++] as RecordedEvent);
    const [letter, meaning] = (broker > 0 ? eventLetters[event.type] : undefined) ?? ['', ''];
    if (letter !== '') this.used.set(letter, meaning);
    const words = who === '' ? text : `${this.paint.strong(who)} ${text}`;
    const [first = '', ...others] = wrapped(words, this.width, ' '.repeat(this.gutter + 2)).map((line) => line.trimStart());
    const time = this.paint.faint(secondsText(event.timeUs, 6).padStart(TIME_WIDTH));
    const tone = letter === 'X' || letter === 'T' || letter === 'D' ? this.paint.bad : this.paint.strong;
    const columns = this.cells((id) => (id === broker && letter !== '' ? tone(letter) : null));
    const below = this.cells(() => null);
    return [
      `${time}  ${columns}  ${event.type.startsWith('fault-') ? this.paint.doubtful(first) : first}`,
      ...others.map((line) => `${' '.repeat(TIME_WIDTH)}  ${below}  ${line}`),
    ];
  }

  legend(): string[] {
    const leads = this.partition === '' ? '' : `l leads ${this.partition}, `;
    const letters = [...this.used].sort(([a], [b]) => (a < b ? -1 : 1)).map(([letter, meaning]) => `${letter} ${meaning}`);
    return wrapped(`| runs, ${leads}p paused, blank: down; ${letters.join(', ')}`, this.width, ' '.repeat(TIME_WIDTH + 2)).map(
      this.paint.faint,
    );
  }

  private cells(own: (broker: number) => string | null): string {
    return this.brokers.map((broker) => own(broker) ?? this.sign(broker)).join(' ');
  }

  private sign(broker: number): string {
    const life = this.lives.get(broker);
    return life === 'down' ? ' ' : life === 'paused' ? 'p' : this.leading.has(broker) ? 'l' : '|';
  }

  private follow({ type, fields }: RecordedEvent): void {
    const process = /^(?:broker-|b)(\d+)$/.exec(String(fields['process'] ?? fields['host'] ?? ''))?.[1];
    const broker = process === undefined ? Number(fields['broker'] ?? -1) : Number(process);
    if (!this.lives.has(broker)) return;
    const life = lifeAfter[type];
    if (life !== undefined) this.lives.set(broker, life);
    if (life === 'down') this.leading.delete(broker);
    if (fields['partition'] !== this.partition) return;
    if (type === 'became-leader') this.leading.add(broker);
    else if (type === 'became-follower' || type === 'leadership-ended') this.leading.delete(broker);
  }
}

const lifeAfter: Readonly<Record<string, Life>> = {
  'process-died': 'down',
  'power-lost': 'down',
  'broker-halted': 'down',
  'process-started': 'running',
  'process-paused': 'paused',
  'process-resumed': 'running',
};
