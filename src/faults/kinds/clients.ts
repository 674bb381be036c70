/**
 * What happens to applications: they crash and come back, are restarted and deployed, and groups grow and shrink. An application that comes back has the same
 * client.id, group.instance.id and transactional.id as before, and knows nothing of what it was doing.
 */
import { clientField, defineFault, groupField } from '../FaultKind.js';
import type { FaultContext } from '../FaultContext.js';
import type { FaultNode } from '../FaultWorld.js';

export const clientKill = defineFault({
  kind: 'client-kill',
  faultClass: 'client',
  summary: 'kills a client (kill -9); it starts again at the end, with the same ids',
  fields: { target: clientField('id of the client') },
  begin(context, fault) {
    for (const node of context.nodes([fault.target])) {
      context.holdClientDown(node);
      context.world.clientSupervisor.kill(node.name);
    }
  },
});

export const clientRestart = defineFault({
  kind: 'client-restart',
  faultClass: 'client',
  summary: 'stops a client in an orderly manner: it finishes what it is at, commits, leaves; it starts again at the end, with the same ids',
  fields: { target: clientField('id of the client') },
  begin(context, fault) {
    for (const node of context.nodes([fault.target])) {
      context.holdClientDown(node);
      context.world.clientSupervisor.shutDown(node.name, ignore);
    }
  },
});

export const clientDeploy = defineFault({
  kind: 'client-deploy',
  faultClass: 'client',
  summary: 'restarts the members of a group one after another, as a deployment does',
  fields: {
    group: groupField('group.id of the members'),
    downUs: { type: 'duration', about: 'time that each member stays down', default: 500_000 },
    betweenUs: { type: 'duration', about: 'time between one start and the next stop', default: 1_000_000 },
  },
  begin(context, fault) {
    const members = context.nodes(context.world.clients.membersOf(fault.group));
    deploy(context, members, 0, fault.downUs, fault.betweenUs);
  },
});

function deploy(context: FaultContext, nodes: readonly FaultNode[], index: number, downUs: number, betweenUs: number): void {
  const node = nodes[index];
  if (node === undefined || context.ended) return;
  const { clientSupervisor } = context.world;
  const { scheduler } = context.simulation;
  let held = true;
  clientSupervisor.hold(node.name);
  const letGo = (): void => {
    if (!held) return;
    held = false;
    clientSupervisor.release(node.name);
  };
  context.undoLater([], letGo);
  const next = (): void => deploy(context, nodes, index + 1, downUs, betweenUs);
  const up = (): void => {
    if (context.ended) return;
    letGo();
    scheduler.after(betweenUs, next, undefined);
  };
  clientSupervisor.shutDown(node.name, () => scheduler.after(downUs, up, undefined));
}

export const clientJoin = defineFault({
  kind: 'client-join',
  faultClass: 'client',
  summary: 'adds members like its first one to a group; they stay',
  instant: true,
  fields: {
    group: groupField('group.id of the group'),
    count: { type: 'integer', min: 1, max: 1_000, about: 'members added', default: 1 },
  },
  begin(context, fault) {
    for (let i = 0; i < fault.count; i++) {
      const id = context.world.clients.join(fault.group);
      if (id !== '') context.noteTarget(id);
    }
  },
});

export const clientLeave = defineFault({
  kind: 'client-leave',
  faultClass: 'client',
  summary: 'stops a client in an orderly manner, for good',
  instant: true,
  fields: { target: clientField('id of the client') },
  begin(context, fault) {
    for (const node of context.nodes([fault.target])) context.world.clients.retire(node.name);
  },
});

function ignore(): void {}
