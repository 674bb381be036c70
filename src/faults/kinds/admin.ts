/** What operators do to a healthy cluster, and what must not lose anything either. Over at once: their consequences are Kafka's. */
import { defineFault } from '../FaultKind.js';

export const preferredElection = defineFault({
  kind: 'preferred-election',
  faultClass: 'admin',
  summary: 'asks the controller to give partitions back to their preferred leaders',
  instant: true,
  fields: { partitions: { type: 'partitions', about: 'such as orders-0; empty for all', default: [] } },
  begin(context, fault) {
    const { cluster } = context;
    const wanted = fault.partitions.map((name) => context.world.partition(name)).filter((partition) => partition >= 0);
    cluster.admin.electPreferred(fault.partitions.length === 0 ? cluster.partitions() : wanted);
  },
});

export const reassignment = defineFault({
  kind: 'reassignment',
  faultClass: 'admin',
  summary: 'moves a partition to other brokers',
  instant: true,
  fields: {
    partition: { type: 'partition', about: 'such as orders-0' },
    replicas: { type: 'broker-ids', about: 'ids of the new replicas, the preferred leader first' },
  },
  begin(context, fault) {
    const partition = context.world.partition(fault.partition);
    if (partition >= 0) context.cluster.admin.reassign(partition, fault.replicas);
  },
});

export const addBroker = defineFault({
  kind: 'add-broker',
  faultClass: 'admin',
  summary: 'adds a broker with the next free id to the cluster',
  instant: true,
  fields: {},
  begin(context) {
    context.noteTarget(`broker-${context.cluster.addBroker()}`);
  },
});

export const addPartitions = defineFault({
  kind: 'add-partitions',
  faultClass: 'admin',
  summary: 'gives a topic more partitions; keys move to other ones',
  instant: true,
  fields: {
    topic: { type: 'topic', about: 'the topic' },
    total: { type: 'integer', min: 2, max: 100_000, about: 'partitions that it has afterwards' },
  },
  begin(context, fault) {
    context.cluster.addPartitions(fault.topic, fault.total);
  },
});
