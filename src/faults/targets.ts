/**
 * Targets as text: broker ids, roles and groups, as a scenario names them. Grammar only; who holds a role is asked when the fault begins.
 */

/** Roles that need a partition, as in `leader of orders-0`. */
export const PARTITION_ROLES = ['leader', 'preferred leader', 'follower', 'last in ISR', 'outside ISR'] as const;
export type PartitionRole = (typeof PARTITION_ROLES)[number];

/** Groups that a node target may name. */
export const NODE_GROUPS = ['brokers', 'clients', 'zookeeper'] as const;
export type NodeGroup = (typeof NODE_GROUPS)[number];

export type Target =
  | { readonly type: 'broker'; readonly id: number }
  | { readonly type: 'controller' }
  | { readonly type: 'role'; readonly role: PartitionRole; readonly topic: string; readonly partition: number }
  | { readonly type: 'coordinator'; readonly of: 'group' | 'transaction'; readonly id: string }
  | { readonly type: 'zookeeper-server'; readonly server: number }
  | { readonly type: 'group'; readonly group: NodeGroup }
  | { readonly type: 'client'; readonly id: string };

/** Reads a target; any other text is taken for the id of a client. */
export function parseTarget(target: number | string): Target {
  if (typeof target === 'number') return { type: 'broker', id: target };
  if (/^\d+$/.test(target)) return { type: 'broker', id: Number(target) };
  if (target === 'controller') return { type: 'controller' };
  for (const group of NODE_GROUPS) if (target === group) return { type: 'group', group };
  const server = /^zookeeper-(\d+)$/.exec(target);
  if (server !== null) return { type: 'zookeeper-server', server: Number(server[1]) };
  for (const role of PARTITION_ROLES) {
    if (!target.startsWith(`${role} of `)) continue;
    const named = parsePartition(target.slice(role.length + 4));
    if (named !== undefined) return { type: 'role', role, ...named };
  }
  const coordinated = /^coordinator of (txn )?(.+)$/.exec(target);
  if (coordinated !== null)
    return { type: 'coordinator', of: coordinated[1] === undefined ? 'group' : 'transaction', id: coordinated[2] as string };
  return { type: 'client', id: target };
}

/** `orders-0` as topic and partition number; undefined when it does not have that form. */
export function parsePartition(text: string): { readonly topic: string; readonly partition: number } | undefined {
  const match = /^(.+)-(\d+)$/.exec(text);
  return match === null ? undefined : { topic: match[1] as string, partition: Number(match[2]) };
}
