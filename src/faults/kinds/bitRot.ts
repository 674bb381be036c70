/** Stored batches of one partition are damaged in place, so that their CRC no longer fits; nobody knows until somebody reads them. */
import type { Host } from '../../engine/Host.js';
import type { LogFile } from '../../engine/Disk.js';
import { brokerField, defineFault } from '../FaultKind.js';

export const bitRot = defineFault({
  kind: 'bit-rot',
  faultClass: 'power-loss',
  summary: 'damages stored batches on one broker’s disk',
  instant: true,
  fields: {
    target: brokerField('the broker'),
    partition: { type: 'partition', about: 'the partition, such as orders-0; any when left out', default: null },
    batches: { type: 'integer', min: 1, max: 1_000, about: 'how many batches are damaged', default: 1 },
  },
  begin(context, fault) {
    const node = context.broker(fault.target);
    if (node === undefined) return;
    const files = logFiles(node.host, fault.partition);
    if (files.length === 0) return;
    for (let i = 0; i < fault.batches; i++) {
      const file = context.random.pick(files);
      file.rot(context.random.int(file.length));
      context.noteTarget(file.path);
    }
  },
});

/** The segments that hold anything, of one partition or of all. */
function logFiles(host: Host, partition: string | null): LogFile<unknown>[] {
  const { disk } = host;
  const paths = disk.logPaths(partition === null ? '' : `${partition}/`);
  return paths.flatMap((path) => disk.existingLog(path) ?? []).filter((file) => file.length > 0);
}
