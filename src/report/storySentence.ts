/** One sentence of a biography, with what it tells of. */
export interface StorySentence {
  /** Simulated microseconds. */
  readonly timeUs: number;
  /** A whole sentence without its time. */
  readonly text: string;
  /** Event that it tells of; -1 for what the clients or the judge saw. */
  readonly eventIndex: number;
  /** Broker that it happened on; -1 for clients and the judge. */
  readonly broker: number;
}
