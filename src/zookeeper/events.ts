/** What ZooKeeper tells the event bus. A session id is a whole number; session 0 stands for the ensemble itself (persistent znodes, bootstrap). */
import { defineEvent } from '../engine/events.js';

export const znodeCreated = defineEvent(100, 'znode-created', ['#path', 'zxid', 'session']);
export const znodeChanged = defineEvent(101, 'znode-changed', ['#path', 'version', 'zxid', 'session']);
export const znodeDeleted = defineEvent(102, 'znode-deleted', ['#path', 'zxid', 'session']);

export const zkSessionEstablished = defineEvent(110, 'zk-session-established', ['session', '#client', 'timeoutUs']);
export const zkSessionExpired = defineEvent(111, 'zk-session-expired', ['session', '#client']);
export const zkSessionClosed = defineEvent(112, 'zk-session-closed', ['session', '#client']);

export const zkLeaderElected = defineEvent(120, 'zk-leader-elected', ['#server', 'epoch']);
export const zkQuorumLost = defineEvent(121, 'zk-quorum-lost', ['#server', 'epoch']);

export const zkClientConnected = defineEvent(130, 'zk-client-connected', ['session', '#client', '#server']);
export const zkClientDisconnected = defineEvent(131, 'zk-client-disconnected', ['session', '#client', '#server']);
/** The client has learned that its session is gone, perhaps long after the ensemble decided so. */
export const zkClientExpired = defineEvent(132, 'zk-client-expired', ['session', '#client']);
