/** What a run shows, in the words of its users: plain data, nothing of the simulator in it. */
import type { AnomalyKind, GuaranteeName, Verdict } from '../check/Finding.js';
import type { FaultClass, FaultKindName } from '../faults/Fault.js';
import type { Scenario } from './Scenario.js';

/** How one guarantee came out of a run. */
export interface GuaranteeResult {
  /** Which one. */
  readonly name: GuaranteeName;
  /** The verdict of the run follows it. */
  readonly required: boolean;
  /** `unknown`: nothing contradicts it, but the run did not put it to the test. Never to be read as held. */
  readonly verdict: Verdict;
  /** Whether this configuration promises it under the faults of this run. */
  readonly promised: boolean;
  /** Why, in one sentence. */
  readonly because: string;
  /** The KIP, JIRA or section of Kafka's documentation that says so. */
  readonly source: string;
  /** What would make it a promise; empty when it is one, or nothing does. */
  readonly remedy: string;
  /** What was judged, or what was found, in one sentence with numbers. */
  readonly detail: string;
  /** Times that it was broken. */
  readonly violations: number;
  /** Things that were judged: records, sends, commits, whatever the guarantee is about. */
  readonly judged: number;
}

/** One proof that something went wrong. */
export interface Finding {
  /** The guarantee that was broken, or a white-box invariant of Kafka's replication (`invariant/P11`). */
  readonly guarantee: GuaranteeName | `invariant/${string}`;
  /** In which way, such as `acknowledged-record-lost`. */
  readonly kind: AnomalyKind;
  /** One sentence, with numbers. */
  readonly message: string;
  /** `orders-0`; null where it concerns none. */
  readonly partition: string | null;
  /** Null where it concerns none. */
  readonly offset: number | null;
  /** Number of the message, counted from 0 in the order of the sends; null where it concerns none. */
  readonly record: number | null;
  /** When it happened as far as that is known, otherwise the end of the run. Simulated microseconds. */
  readonly timeUs: number;
  /** What proves it: broker ids, epochs, offsets, values. */
  readonly witness: Readonly<Record<string, number | string>>;
}

/** A fault as it happened. */
export interface FaultRecord {
  /** Its id in the scenario. */
  readonly id: string;
  /** Such as `kill`. */
  readonly kind: FaultKindName;
  /** How promises group it. */
  readonly class: FaultClass;
  /** Whom it struck: `broker-1`, `zookeeper-2`, `p1`; empty when its role had no holder. */
  readonly targets: readonly string[];
  /** Simulated microseconds. */
  readonly beganUs: number;
  /** Null: it never ended. Simulated microseconds. */
  readonly endedUs: number | null;
}

/** One run and its verdict. Frozen. */
export interface Run {
  /** What was run, with every default written out. */
  readonly scenario: Scenario;
  /** Identifies the run: equal exactly when every event was. 16 hexadecimal digits. */
  readonly hash: string;
  /** What the required guarantees and every white-box invariant say: `violated` when one of them is, else `unknown` when a required guarantee is, else `held`. */
  readonly verdict: Verdict;
  /** Every guarantee, always in the same order. */
  readonly guarantees: readonly GuaranteeResult[];
  /** Everything that was found, of required guarantees and others. */
  readonly findings: readonly Finding[];
  /** The faults that began, in order of time. */
  readonly faults: readonly FaultRecord[];
  /** What the run lacked, where a required guarantee is unknown: one sentence. Empty otherwise. */
  readonly lacking: string;
  /** Events of the simulation. */
  readonly events: number;
  /** Length of the run, healing included. Simulated microseconds. */
  readonly virtualUs: number;
}

/** The biography of what was lost, repeated or reordered. */
export interface Story {
  /** What it tells of. */
  readonly guarantee: Finding['guarantee'];
  /** The gist, without a full stop: `Message 21 was acknowledged in orders-0 at offset 21 at 3.060 s and is gone`. */
  readonly headline: string;
  /** Whole sentences in order of time. */
  readonly sentences: readonly {
    /** Simulated microseconds. */
    readonly timeUs: number;
    /** One sentence without its time. */
    readonly text: string;
  }[];
  /** The faults in words: `kill of broker-1 at 3300ms for 8s`. */
  readonly faults: readonly string[];
  /** Why the configuration allows it; empty where it promises otherwise. */
  readonly because: string;
  /** The KIP, JIRA or section of Kafka's documentation that says so. */
  readonly source: string;
  /** What prevents it; empty where nothing does. */
  readonly remedy: string;
}
