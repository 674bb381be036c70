/** The ways in which the applications of consumer groups deal with records, by name: what people really run, and what each of them is known for. */
import type { GuaranteeName } from '../check/Finding.js';
import type { ApplicationSection } from '../scenario/Scenario.js';

export interface ApplicationKind {
  /** One line for people. */
  readonly summary: string;
  readonly commit: ApplicationSection['commit'];
  readonly commitMode: ApplicationSection['commitMode'];
  readonly workers: number;
  /** What people who write it so count on, whether they are right or not. */
  readonly expects: GuaranteeName | null;
  /** It produces to a topic of its own. */
  readonly transforms: boolean;
  /** A poll's records may take longer than max.poll.interval.ms. */
  readonly slow: boolean;
}

function kind(summary: string, commit: ApplicationSection['commit'], more: Partial<ApplicationKind> = {}): ApplicationKind {
  return { summary, commit, commitMode: 'sync', workers: 0, expects: 'at-least-once', transforms: false, slow: false, ...more };
}

export const applicationKinds = {
  auto: kind('enable.auto.commit=true, each record is processed in the poll loop', 'auto'),
  'auto-workers': kind('enable.auto.commit=true, a pool of workers processes while the loop polls on', 'auto', { workers: 4 }),
  'commit-before': kind('commitSync, then process (at most once)', 'before', { expects: 'at-most-once' }),
  'commit-after': kind('process, then commitSync (at least once)', 'after'),
  'commit-async': kind('process, then commitAsync', 'after', { commitMode: 'async' }),
  'commit-after-workers': kind('a pool of workers processes, what is done without a gap is committed', 'after', { workers: 4 }),
  'slow-handler': kind('process, then commitSync, but slower than max.poll.interval.ms allows now and then', 'after', { slow: true }),
  'no-commit': kind('never commits: begins where auto.offset.reset says after every rebalance', 'never', { expects: null }),
  transform: kind('consume, produce one record for each, then commitSync', 'after', { transforms: true }),
  'transform-transactional': kind('consume, produce and commit offsets in one transaction (exactly once)', 'transaction', {
    transforms: true,
    expects: 'exactly-once',
  }),
} as const satisfies Record<string, ApplicationKind>;

/** How the members of a group deal with records: `applications` lists the ways. */
export type ApplicationName = keyof typeof applicationKinds;

export const applicationNames = Object.keys(applicationKinds) as ApplicationName[];
