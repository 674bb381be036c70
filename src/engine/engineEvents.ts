/** The engine's own events: connections, processes, machines, disks. */
import { defineEvent } from './events.js';

export const connectionOpened = defineEvent(1, 'connection-opened', ['#process', '#remote']);
export const connectionClosed = defineEvent(2, 'connection-closed', ['#process', '#remote', '#reason']);
export const processStarted = defineEvent(3, 'process-started', ['#process', 'incarnation']);
export const processDied = defineEvent(4, 'process-died', ['#process', '#cause']);
export const processPaused = defineEvent(5, 'process-paused', ['#process']);
export const processResumed = defineEvent(6, 'process-resumed', ['#process']);
export const powerLost = defineEvent(7, 'power-lost', ['#host']);
export const machineBooted = defineEvent(8, 'machine-booted', ['#host']);
export const diskWiped = defineEvent(9, 'disk-wiped', ['#host']);
/** A site of legal but nasty behaviour fired (see Buggify). */
export const buggifyFired = defineEvent(10, 'buggify-fired', ['#site']);
