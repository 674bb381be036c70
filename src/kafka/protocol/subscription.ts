/** What a consumer says of itself when it joins a group (ConsumerProtocolSubscription): sent to the coordinator, shown to the leader, kept with the generation. */
export interface Subscription {
  topics: readonly string[];
  /** Interned partitions; what cooperative members hold, and what sticky ones had. */
  ownedPartitions: readonly number[];
  /** KIP-792; -1 where the protocol carries none. */
  generationId: number;
  rackId: string | null;
}
