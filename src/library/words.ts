/** The words that scenarios, configurations and verdicts use. */
import { guaranteeNames, type AnomalyKind, type GuaranteeName, type Verdict } from '../check/Finding.js';
import { applicationNames, type ApplicationName } from '../explore/applications.js';
import { FAULT_CLASSES, type FaultClass, type FaultKindName } from '../faults/Fault.js';
import { faultKindNames } from '../faults/faultKinds.js';
import { kafkaReleases, type KafkaRelease } from '../kafka/protocol/release.js';

export type { AnomalyKind, ApplicationName, FaultClass, FaultKindName, GuaranteeName, KafkaRelease, Verdict };

/** Every guarantee that a run is judged by, in the order of results. */
export const guarantees: readonly GuaranteeName[] = guaranteeNames;

/** Every class of faults. Kafka promises more under `crash` than under `power-loss`, where whatever storage had accepted may be gone. */
export const faultClasses: readonly FaultClass[] = FAULT_CLASSES;

/** Every kind of fault that a scenario can have. */
export const faultKinds: readonly FaultKindName[] = faultKindNames;

/** Every Kafka release that can be simulated, oldest first. */
export const releases: readonly KafkaRelease[] = kafkaReleases;

/** Every way in which the members of a group can deal with records. */
export const applications: readonly ApplicationName[] = applicationNames;
