/** The faults' events (ids 600-619). */
import { defineEvent } from '../engine/events.js';

/** `targets`: what the fault got hold of, such as `broker-1,broker-3`; empty when its role had no holder. */
export const faultBegan = defineEvent(600, 'fault-began', ['#id', '#kind', '#targets']);
export const faultEnded = defineEvent(601, 'fault-ended', ['#id', '#kind']);
/** The chaos phase is over; `core` lists the brokers that are healed, empty for all. */
export const healingBegan = defineEvent(602, 'healing-began', ['#core']);
