/** Consumer groups: their generations and rebalances, and which partitions each member held, one row each. */
import { markup, type Markup } from '../markup.js';
import { counted, grouped, secondsText } from '../numbers.js';
import type { RecordedRun } from '../RecordedRun.js';
import { groupLanesOf, type GroupLanes, type Holding, type MemberLane } from '../series/groupMembers.js';
import { topicOf } from '../series/interestingPartitions.js';
import type { Chart } from './Chart.js';
import { bar, panelName, plot, ROW, ROW_STEP, rowName, spanText, type ChartSubject } from './frame.js';
import { tenth, type Scale } from './scales.js';

const GAP = 22;
const MOST_ROWS = 24;

export function groupChart({ run, frame }: ChartSubject): Chart | null {
  const all = groupLanesOf(run.result.history, run.events, frame.endUs);
  if (all.length === 0) return null;
  const nameOf = (partition: number): string => run.result.simulation.bus.names.text(partition);
  const { groups, left } = fitting(all);
  const title = 'Consumer groups';
  const description = `Which partitions each member held, by their numbers (× how many, where there is no room), under the generations of its group (g); orange: the group rebalanced; crosses: a member was thrown out.${
    left === 0 ? '' : ` ${counted(left, 'member')} ${left === 1 ? 'is' : 'are'} in the table only.`
  }`;
  const height = groups.reduce((sum, { members }) => sum + GAP + (members.length + 1) * ROW_STEP, 0);
  const svg = plot(frame, {
    ...{ title, description, axis: 'member', height },
    draw: (top) => {
      let y = top;
      return groups.map((group) => {
        const drawn = groupRows(frame.x, group, y, nameOf);
        y += GAP + (group.members.length + 1) * ROW_STEP;
        return drawn;
      });
    },
  });
  return { id: 'groups', group: 'consumers', title, description, svg, table: groupTable(all, run) };
}

/** As many members as there is room for, group by group, but one of each group at least. */
function fitting(all: readonly GroupLanes[]): { groups: GroupLanes[]; left: number } {
  let room = MOST_ROWS;
  let left = 0;
  const groups = all.map((group) => {
    const members = group.members.slice(0, Math.max(1, room));
    room -= members.length;
    left += group.members.length - members.length;
    return { ...group, members };
  });
  return { groups, left };
}

function groupRows(
  x: Scale,
  { group, generations, rebalances, members }: GroupLanes,
  top: number,
  nameOf: (partition: number) => string,
): Markup {
  const y = top + GAP;
  const epochs = generations.map((span) => {
    const wide = x(span.toUs) - x(span.fromUs) > 12 + String(span.number).length * 7;
    return markup`${bar(x, span, y, ROW - 4, 'idle', `generation ${span.number} of ${group}, ${spanText(span)}`)}${
      wide ? markup`<text x="${tenth(x(span.fromUs) + 4)}" y="${y + 11}" class="note">g${span.number}</text>` : null
    }`;
  });
  const busy = rebalances.map((span) => bar(x, span, y, ROW - 4, 'rebalance', `${group} rebalances, ${spanText(span)}`));
  const rows = members.map((member, i) => memberRow(x, member, y + (i + 1) * ROW_STEP - 4, nameOf));
  return markup`${panelName(y - 6, `group ${group}`)}${rowName(y + 11, 'generation')}${epochs}${busy}${rows}`;
}

function memberRow(x: Scale, { client, holdings, lostUs }: MemberLane, y: number, nameOf: (partition: number) => string): Markup {
  const bars = holdings.map((holding) => {
    const width = x(holding.toUs) - x(holding.fromUs);
    const names = holding.partitions.map(nameOf);
    const text = [shortNames(names), `× ${grouped(names.length)}`].find((one) => width > one.length * 6.2 + 8);
    return markup`${bar(x, holding, y, ROW, 'member', `${client} holds ${names.join(', ')}, ${spanText(holding)}`)}${
      text === undefined ? null : markup`<text x="${tenth(x(holding.fromUs) + 5)}" y="${y + 13}" class="foreign small">${text}</text>`
    }`;
  });
  const crosses = lostUs.map((us) => {
    const d = `M${tenth(x(us) - 4)} ${y + 5}l8 8m0-8l-8 8`;
    return markup`<path class="lost" d="${d}"><title>${client} was thrown out, ${secondsText(us)}</title></path>`;
  });
  return markup`${rowName(y + 13, client)}${bars}${crosses}`;
}

/** `0, 3`; with several topics `orders 0, 3 · payments 1`. */
function shortNames(names: readonly string[]): string {
  const topics = [...new Set(names.map(topicOf))];
  const numbers = (topic: string): string =>
    names
      .filter((name) => topicOf(name) === topic)
      .map((name) => name.slice(topic.length + 1))
      .join(', ');
  return topics.length === 1 ? numbers(topics[0] as string) : topics.map((topic) => `${topic} ${numbers(topic)}`).join(' · ');
}

function groupTable(groups: readonly GroupLanes[], { result }: RecordedRun): Chart['table'] {
  const names = (holding: Holding): string => holding.partitions.map((partition) => result.simulation.bus.names.text(partition)).join(', ');
  const rows = groups.flatMap(({ group, generations, rebalances, members }) => [
    [group, 'whole group', `${counted(generations.length, 'generation')}, ${counted(rebalances.length, 'rebalance')}`, '', ''],
    ...members.flatMap(({ client, holdings }) =>
      holdings.map((holding) => [group, client, names(holding), secondsText(holding.fromUs), secondsText(holding.toUs)]),
    ),
  ]);
  return { columns: ['group', 'member', 'held', 'from', 'to'], rows };
}
