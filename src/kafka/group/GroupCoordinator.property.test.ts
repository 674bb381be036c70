import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ErrorCode } from '../protocol/errors.js';
import type { JoinGroupResponse, PartitionErrors, SyncGroupResponse } from '../protocol/messages.js';
import type { KafkaFeatures } from '../protocol/features.js';
import { type Answer, errorOf, GroupRig, SECOND } from './testing.js';

const PARTITIONS = 4;
const CLIENTS = 4;

/** A member as it should be, one step at a time; what it does in which order is the property's choice. */
class Client {
  memberId = '';
  generation = -1;
  joining: Answer<JoinGroupResponse> | null = null;
  syncing: Answer<SyncGroupResponse> | null = null;
  assignment: readonly number[] | null = null;

  constructor(
    private readonly rig: GroupRig,
    readonly groupInstanceId: string | null,
  ) {}

  /** The next thing that a member in its situation does. */
  step(): void {
    if (this.joining !== null) this.readJoin(this.joining);
    else if (this.syncing !== null) this.readSync(this.syncing);
    else if (this.assignment === null) this.join();
    else this.heartbeat();
  }

  join(): void {
    this.assignment = null;
    this.syncing = null;
    this.joining = this.rig.join({ memberId: this.memberId, groupInstanceId: this.groupInstanceId });
  }

  heartbeat(): void {
    const error = this.rig.heartbeat(this.memberId, this.generation, this.groupInstanceId);
    if (error === ErrorCode.REBALANCE_IN_PROGRESS) this.join();
    else if (error !== ErrorCode.NONE && error !== ErrorCode.NOT_COORDINATOR) this.reset();
  }

  leave(): void {
    this.rig.leave(this.memberId, this.groupInstanceId);
    this.reset();
  }

  /** Its process starts anew and knows nothing, or a request of its former life is given up. */
  reset(): void {
    this.memberId = '';
    this.generation = -1;
    this.joining = null;
    this.syncing = null;
    this.assignment = null;
  }

  private readJoin({ response }: Answer<JoinGroupResponse>): void {
    if (response === null) return;
    this.joining = null;
    if (response.errorCode === ErrorCode.MEMBER_ID_REQUIRED) this.memberId = response.memberId;
    else if (response.errorCode !== ErrorCode.NONE) this.reset();
    else {
      this.memberId = response.memberId;
      this.generation = response.generationId;
      const assignments = response.skipAssignment ? [] : assign(this.rig, response);
      this.syncing = this.rig.sync(this.memberId, this.generation, assignments, this.groupInstanceId);
    }
  }

  private readSync({ response }: Answer<SyncGroupResponse>): void {
    if (response === null) return;
    this.syncing = null;
    if (response.errorCode === ErrorCode.NONE) this.assignment = response.assignment;
    else if (response.errorCode !== ErrorCode.REBALANCE_IN_PROGRESS) this.reset();
  }
}

function assign(rig: GroupRig, joined: JoinGroupResponse): { memberId: string; partitions: number[] }[] {
  const assignments = joined.members.map(({ memberId }) => ({ memberId, partitions: [] as number[] }));
  for (let i = 0; i < PARTITIONS && assignments.length > 0; i++) assignments[i % assignments.length]?.partitions.push(rig.data(i));
  return assignments;
}

/** What was committed, in the order of the log, and what of it was acknowledged. */
class Commits {
  private next = 0;
  private readonly issued: { offset: number; partition: number; answer: Answer<PartitionErrors> }[] = [];

  constructor(private readonly rig: GroupRig) {}

  commit(client: Client): void {
    const partition = client.assignment?.[0];
    if (partition === undefined) return;
    const offset = this.next++;
    const answer = this.rig.commit(client.memberId, client.generation, offset, partition, client.groupInstanceId);
    this.issued.push({ offset, partition, answer });
  }

  /** Whatever was acknowledged is what a fetch finds, or something later in the log. */
  check(): void {
    for (let i = 0; i < PARTITIONS; i++) {
      const partition = this.rig.data(i);
      const acknowledged = this.issued.filter((commit) => commit.partition === partition && errorOf(commit.answer) === ErrorCode.NONE);
      const least = acknowledged.at(-1)?.offset ?? -1;
      const found = this.rig.fetch(false, partition);
      if (found.errorCode === ErrorCode.NONE) expect(found.offset).toBeGreaterThanOrEqual(least);
    }
    for (const { answer } of this.issued) expect(answer.count).toBeLessThanOrEqual(1);
  }
}

/** Each partition of a generation belongs to one member, whichever coordinator says so; a static member may pass it on under a new id. */
function checkOwnership(rig: GroupRig): void {
  const owners = new Map<string, unknown>();
  const replaced = new Set<unknown>();
  for (const { type, fields } of rig.recorder.slice()) {
    if (type === 'member-removed' && fields['reason'] === 'replaced') replaced.add(fields['member']);
    if (type !== 'partition-assigned') continue;
    const key = `${fields['generation']}/${fields['partition']}`;
    const owner = owners.get(key);
    if (owner !== undefined && !replaced.has(owner)) expect(fields['member'], key).toBe(owner);
    owners.set(key, fields['member']);
  }
}

const operation = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('step' as const), client: fc.nat(CLIENTS - 1) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('commit' as const), client: fc.nat(CLIENTS - 1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('join', 'leave', 'restart'), client: fc.nat(CLIENTS - 1) }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('run' as const), us: fc.constantFrom(500, 2000, 600_000, 4 * SECOND, 12 * SECOND) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('failOver', 'refuseAppends', 'acceptAppends') }) },
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

class World {
  readonly rig: GroupRig;
  readonly clients: readonly Client[];
  readonly commits: Commits;

  constructor(features: Partial<KafkaFeatures>) {
    this.rig = new GroupRig({ features });
    this.clients = Array.from({ length: CLIENTS }, (_, i) => new Client(this.rig, i === 0 ? 'instance-0' : null));
    this.commits = new Commits(this.rig);
  }

  apply(op: Operation): void {
    const client = this.clients['client' in op ? op.client : 0] as Client;
    if ('us' in op) this.rig.run(op.us);
    else if (op.kind === 'step') client.step();
    else if (op.kind === 'commit') this.commits.commit(client);
    else if (op.kind === 'join') client.join();
    else if (op.kind === 'leave') client.leave();
    else if (op.kind === 'restart') client.reset();
    else if (op.kind === 'failOver') this.rig.failOver();
    else this.rig.appendError = op.kind === 'refuseAppends' ? ErrorCode.NOT_ENOUGH_REPLICAS : ErrorCode.NONE;
    this.commits.check();
  }

  /** Faults are over and everybody behaves. */
  settle(): void {
    this.rig.appendError = ErrorCode.NONE;
    for (let i = 0; i < 80; i++) {
      this.rig.run(SECOND);
      for (const client of this.clients) client.step();
    }
  }
}

/** @returns the verdict over this many interleavings, under the recommended features with these changed. */
function search(features: Partial<KafkaFeatures>, numRuns: number): fc.RunDetails<[Operation[]]> {
  const property = fc.property(fc.array(operation, { minLength: 5, maxLength: 60, size: 'max' }), (operations) => {
    const world = new World(features);
    for (const op of operations) world.apply(op);
    checkOwnership(world.rig);
    world.settle();
    world.commits.check();
    checkOwnership(world.rig);
    expect(new Set(world.clients.map(({ generation }) => generation)).size).toBe(1);
    const owned = world.clients.flatMap(({ assignment }) => [...(assignment ?? [])]).sort((a, b) => a - b);
    expect(owned).toEqual(Array.from({ length: PARTITIONS }, (_, i) => world.rig.data(i)).sort((a, b) => a - b));
    expect(world.rig.state()).toBe('Stable');
  });
  return fc.check(property, { numRuns, seed: 848 });
}

describe('a group under any interleaving of its members’ requests', () => {
  it('has one owner a partition and generation, keeps acknowledged commits, and comes to rest when everybody behaves', () => {
    const result = search({}, 400);
    expect(result.failed, `${String(result.errorInstance)} after ${JSON.stringify(result.counterexample)}`).toBe(false);
  });

  it('does not without the conditions that this rests on', () => {
    const conditions = ['assignmentPersisted', 'coordinatorLoadsState', 'rebalanceAwaitsMembers'] as const;
    for (const condition of conditions) expect(search({ [condition]: false }, 400).failed, condition).toBe(true);
  });
});
