/** Clocks that jump (the wall clock only) or run fast or slow (timers too); set right again at the end. */
import { defineFault, nodeField } from '../FaultKind.js';

export const clockJump = defineFault({
  kind: 'clock-jump',
  faultClass: 'clock',
  summary: 'sets a machine’s wall clock forward or back; set right again at the end',
  fields: {
    target: nodeField('a broker, a client or a ZooKeeper server'),
    byUs: { type: 'duration', signed: true, about: 'how far; negative: back' },
  },
  begin(context, fault) {
    for (const node of context.nodes([fault.target])) {
      const { clock } = node.host;
      clock.jump(fault.byUs);
      context.undoLater([node], () => clock.jump(-fault.byUs));
    }
  },
});

export const clockDrift = defineFault({
  kind: 'clock-drift',
  faultClass: 'clock',
  summary: 'lets a machine’s clocks run fast or slow, timers included',
  fields: {
    target: nodeField('a broker, a client or a ZooKeeper server'),
    ppm: { type: 'integer', min: -500_000, max: 500_000, about: 'parts per million; negative: slow' },
  },
  begin(context, fault) {
    const { drifts } = context.world;
    for (const node of context.nodes([fault.target])) {
      const { host } = node;
      const change = (ppm: number): void => {
        const sum = (drifts.get(host) ?? 0) + ppm;
        drifts.set(host, sum);
        host.clock.setDrift(Math.max(-900_000, sum));
      };
      change(fault.ppm);
      context.undoLater([node], () => change(-fault.ppm));
    }
  },
});
