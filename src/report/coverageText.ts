/** What a campaign reached, for the terminal: one line for each area, then every probe with its counts, transitions and errors; what was never reached stands out. */
import type { AreaCoverage, Coverage, ErrorCoverage, MachineCoverage, ProbeCoverage, TransitionCoverage } from '../explore/coverage.js';
import { counted, grouped, listed } from './numbers.js';
import { padded, textTable, wrapped, type Paint } from './textTable.js';

export function coverageText(coverage: Coverage, paint: Paint, width: number): string[] {
  return [
    paint.strong(`Coverage of ${counted(coverage.seeds, 'seed')}`),
    ...summary(coverage, paint),
    ...coverage.areas.flatMap((area) => ['', ...areaText(area, paint, width)]),
    '',
    ...machinesText(coverage.machines, paint, width),
    '',
    ...errorsText(coverage.errors, paint, width),
  ];
}

/** How much was reached of one sort of thing. */
export interface CoverageTotal {
  readonly name: string;
  readonly reached: number;
  readonly expected: number;
  /** Not reached, and not to be expected of this configuration. */
  readonly others: number;
}

/** By area of probes; then the transitions of all machines that ran, and error codes, of which nobody can say which a configuration lets one expect. */
export function coverageTotals({ areas, machines, errors }: Coverage): CoverageTotal[] {
  const legal = (some: readonly MachineCoverage[]): TransitionCoverage[] =>
    some.flatMap(({ transitions }) => transitions.filter((transition) => transition.legal));
  const running = legal(machines.filter(({ reached }) => reached > 0));
  const answerable = errors.filter(({ hits, reason }) => hits > 0 || reason === '');
  return [
    ...areas.map(({ area, reached, expected, probes }) => ({ name: area, reached, expected, others: probes.length - expected })),
    {
      name: 'transitions',
      reached: running.filter(({ hits }) => hits > 0).length,
      expected: running.length,
      others: legal(machines).length - running.length,
    },
    { name: 'error codes', reached: answerable.filter(({ hits }) => hits > 0).length, expected: answerable.length, others: 0 },
  ];
}

function summary(coverage: Coverage, paint: Paint): string[] {
  const rows = coverageTotals(coverage).map(({ name, reached, expected, others }) => [
    name,
    `${reached} of ${expected}`,
    expected === 0 ? '–' : `${Math.floor((100 * reached) / expected)} %`,
    others > 0 ? paint.faint(`${others} more not expected here`) : '',
  ]);
  return textTable(rows, '  ');
}

function areaText({ area, probes }: AreaCoverage, paint: Paint, width: number): string[] {
  const shown = probes.filter(({ status }) => status !== 'not expected');
  const others = probes.filter(({ status }) => status === 'not expected');
  const nameWidth = Math.max(0, ...shown.map(({ name }) => name.length)) + 2;
  return [
    paint.strong(area),
    ...shown.flatMap((probe) => probeText(probe, nameWidth, paint, width)),
    ...wrapped(others.length === 0 ? '' : `not expected here: ${others.map(({ name }) => name).join(', ')}`, width, '    ', '  ').map(
      (line) => paint.faint(line),
    ),
  ];
}

function probeText(
  { name, meaning, status, hits, seeds, firstSeed }: ProbeCoverage,
  nameWidth: number,
  paint: Paint,
  width: number,
): string[] {
  const start = `  ${padded(name, nameWidth)}`;
  if (status === 'reached') {
    return [`${start}${grouped(hits).padStart(11)}  ${paint.faint(`in ${counted(seeds, 'seed')}, the first ${firstSeed}`)}`];
  }
  return wrapped(meaning, width, ' '.repeat(start.length + 2), `${start}${paint.bad('NEVER')}  `);
}

function machinesText(machines: readonly MachineCoverage[], paint: Paint, width: number): string[] {
  const idle = machines.filter(({ reached }) => reached === 0).map(({ name }) => name);
  const lines = machines
    .filter(({ reached }) => reached > 0)
    .flatMap(({ name, transitions, reached }) => {
      const illegal = transitions.filter(({ legal }) => !legal);
      const missing = transitions.filter(({ legal, hits }) => legal && hits === 0);
      const legal = transitions.length - illegal.length;
      return [
        `  ${name}: ${reached - illegal.length} of ${legal}`,
        ...wrapped(missing.length === 0 ? '' : `never: ${arrows(missing)}`, width, '      ', '    ').map((line) => paint.doubtful(line)),
        ...wrapped(illegal.length === 0 ? '' : `NOT ALLOWED, AND HAPPENED: ${arrows(illegal)}`, width, '      ', '    ').map((line) =>
          paint.bad(line),
        ),
      ];
    });
  const unused = wrapped(idle.length === 0 ? '' : `nothing of the kind ran: ${idle.join(', ')}`, width, '    ', '  ');
  return [paint.strong('transitions'), ...lines, ...unused.map((line) => paint.faint(line))];
}

function arrows(transitions: readonly TransitionCoverage[]): string {
  return transitions.map(({ from, to }) => `${from}→${to}`).join(', ');
}

function errorsText(errors: readonly ErrorCoverage[], paint: Paint, width: number): string[] {
  const nameWidth = Math.max(...errors.map(({ name }) => name.length)) + 2;
  const answered = errors.filter(({ hits }) => hits > 0);
  const missing = errors.filter(({ hits, reason }) => hits === 0 && reason === '');
  return [
    paint.strong('error codes'),
    ...answered.flatMap(({ name, hits, apis }) =>
      wrapped(
        listed(apis.map(([api, count]) => `${api} ${grouped(count)}`)),
        width,
        ' '.repeat(nameWidth + 15),
        `  ${padded(name, nameWidth)}${grouped(hits).padStart(11)}  `,
      ),
    ),
    ...wrapped(missing.length === 0 ? '' : `never answered: ${missing.map(({ name }) => name).join(', ')}`, width, '    ', '  ').map(
      (line) => paint.doubtful(line),
    ),
  ];
}
