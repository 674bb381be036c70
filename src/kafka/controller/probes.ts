/** Rare paths of the controller and of the brokers' part in its work. */
import { kafkaProbes } from '../protocol/probeNeeds.js';
import { stateMachine } from '../protocol/stateMachine.js';

export const controllerProbes = kafkaProbes('controller', {
  'controller-failover': 'A broker became controller.',
  'controller-resigned': 'A broker learnt that it is not controller any more.',
  'controller-fenced-by-zk': {
    meaning: 'A write of a replaced controller failed on the controller epoch (KAFKA-6082).',
    needs: ['feature zkControllerFencing', 'a scenario of its own'],
  },
  'controller-own-write-recognised': 'A controller recognised its own write in ZooKeeper, whose answer it never got.',
  'controller-request-sent-again': 'A request of the controller broke with its connection and was sent again.',
  'stale-controller-refused': 'A broker refused a request of a replaced controller.',
  'request-for-former-life-refused': {
    meaning: 'A broker refused a request meant for its former registration (KIP-380).',
    needs: ['feature brokerEpochs'],
  },

  // ------------------------------------------------------------ brokers
  'broker-session-expired': 'A broker lost its ZooKeeper session.',
  'broker-halted': 'A broker halted because its log directory failed.',
  'own-former-registration-removed': "A broker found its former session's znode in the way, and removed it (KAFKA-7165).",
  'bounced-broker-detected': {
    meaning: 'The controller saw by its epoch that a broker had gone and come back unnoticed (KIP-380).',
    needs: ['feature brokerEpochs'],
  },
  'controlled-shutdown-moved-leader': 'A leadership moved because its broker announced its shutdown.',
  'controlled-shutdown-left-leader': 'A broker that announced its shutdown still leads: nobody else is in sync.',
  'controlled-shutdown-given-up': 'A broker exited although the controller had not let it go.',

  // ------------------------------------------------------------ elections and the ISR
  'leader-election-clean': 'A leader was elected from the ISR.',
  'unclean-leader-election': { meaning: 'A leader was elected from outside the ISR.', needs: ['a scenario of its own'] },
  'preferred-election': 'Leadership went back to the first assigned replica.',
  'election-found-nobody': 'No replica in sync was alive, and unclean election was not allowed.',
  'partition-offline': 'A partition has no leader.',
  'election-met-conflict': 'Somebody else wrote the state of a partition during an election, which was decided anew.',
  'election-left-to-newer-controller': 'A replaced controller found a partition in the hands of a newer one.',
  'isr-change-by-controller': 'The controller took a replica out of the ISR.',
  'isr-removal-met-conflict': 'Somebody else wrote the ISR while the controller took a replica out, which was done anew.',
  'last-isr-member-kept': {
    meaning: 'The last member of an ISR died and stayed in it (KAFKA-5083).',
    needs: ['feature keepsLastIsrMember'],
  },
  'isr-emptied': {
    meaning: 'The last member of an ISR died and left it empty (before KAFKA-5083).',
    needs: ['no keepsLastIsrMember', 'a scenario of its own'],
  },
  'alter-partition-accepted': {
    meaning: 'The controller wrote an ISR change that a leader asked for (KIP-497).',
    needs: ['feature alterPartition'],
  },
  'alter-partition-repeated': {
    meaning: 'A leader asked again for what is so already: the answer had been lost (KAFKA-14144).',
    needs: ['feature alterPartition'],
  },
  'alter-partition-ineligible-replica': {
    meaning: 'The controller refused an ISR with a dead member (KAFKA-14140).',
    needs: ['feature alterPartition', 'feature isrMembersMustBeAlive'],
  },

  // ------------------------------------------------------------ reassignment
  'reassignment-completed': 'A reassignment was completed.',
  'reassignment-resumed': 'A new controller went on with a reassignment that it found.',
  'reassignment-moved-leader': 'A reassignment ended with another leader.',
});

/** A broker as far as it knows. */
export const controllerStates = stateMachine('controller', { Standby: ['Active'], Active: ['Standby'] });

/** As ZkPartitionStateMachine has them; what a new controller finds is no transition. */
export const partitionStates = stateMachine('partition at the controller', {
  New: [],
  Online: ['New', 'Online', 'Offline'],
  Offline: ['Online', 'Offline'],
});

/** As ZkReplicaStateMachine has them, without the steps of topic deletion; what a new controller finds is no transition. */
export const replicaStates = stateMachine('replica at the controller', {
  NonExistent: ['DeletionStarted'],
  New: ['NonExistent', 'New'],
  Online: ['New', 'Online', 'Offline'],
  Offline: ['New', 'Online', 'Offline'],
  DeletionStarted: ['Offline'],
});
