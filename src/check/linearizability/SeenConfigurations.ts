/**
 * Lowe's cache: which operations were linearized, in whatever order, and which state that led to. Reaching the same again leads nowhere new.
 *
 * The completed operations that are linearized are all of the first ones and a few more, so that only the words from the first gap to the last member are kept:
 * a history of a million operations one after the other costs a few words each. Found by a hash that is kept up to date bit by bit, compared exactly.
 */
const INDEX_BITS = 0x3fff_ffff;
const FIRST_CAPACITY = 1024;
const NO_ENTRY = -1;

/** What comes before the words of an entry: the entry with the same hash before it, the state, the first gap, the number of words. */
const HEAD = 4;

export class SeenConfigurations {
  private readonly completed: Int32Array;
  private readonly pending: Int32Array;
  /** Where the last entry with a hash begins. */
  private readonly byHash = new Map<number, number>();
  /** All entries, one behind the other. */
  private store = new Int32Array(FIRST_CAPACITY);
  /** Words that the entries take. */
  words = 0;
  private hash = 0;
  /** No operation of a word below this one is missing. */
  private firstGapWord = 0;
  private lastWord = -1;

  constructor(completedCount: number, pendingCount: number) {
    this.completed = new Int32Array((completedCount + 31) >> 5);
    this.pending = new Int32Array((pendingCount + 31) >> 5);
  }

  toggleCompleted(operation: number): void {
    const word = operation >> 5;
    this.completed[word] = (this.completed[word] as number) ^ (1 << (operation & 31));
    this.hash ^= mixed(operation * 2);
    if (word < this.firstGapWord) this.firstGapWord = word;
    while (this.firstGapWord < this.completed.length && this.completed[this.firstGapWord] === -1) this.firstGapWord++;
    if (word > this.lastWord) this.lastWord = word;
    while (this.lastWord >= 0 && this.completed[this.lastWord] === 0) this.lastWord--;
  }

  togglePending(operation: number): void {
    const word = operation >> 5;
    this.pending[word] = (this.pending[word] as number) ^ (1 << (operation & 31));
    this.hash ^= mixed(operation * 2 + 1);
  }

  hasPending(operation: number): boolean {
    return ((this.pending[operation >> 5] as number) & (1 << (operation & 31))) !== 0;
  }

  /** Remembers what is linearized now, with this state; false: it was there already. */
  add(state: number): boolean {
    const key = (this.hash ^ mixed(-1 - state)) & INDEX_BITS;
    const last = this.byHash.get(key) ?? NO_ENTRY;
    for (let at = last; at !== NO_ENTRY; at = this.store[at] as number) if (this.isNow(at, state)) return false;
    this.byHash.set(key, this.words);
    this.append(last, state);
    return true;
  }

  /** The words of the completed ones, from the first gap to the last member. */
  private get window(): Int32Array {
    return this.completed.subarray(this.firstGapWord, Math.max(this.firstGapWord, this.lastWord + 1));
  }

  private append(previous: number, state: number): void {
    const { pending, window } = this;
    const size = HEAD + pending.length + window.length;
    if (this.words + size > this.store.length) {
      const larger = new Int32Array(Math.max(this.store.length * 2, this.words + size));
      larger.set(this.store);
      this.store = larger;
    }
    this.store.set([previous, state, this.firstGapWord, window.length], this.words);
    this.store.set(pending, this.words + HEAD);
    this.store.set(window, this.words + HEAD + pending.length);
    this.words += size;
  }

  private isNow(at: number, state: number): boolean {
    const { store, pending, window } = this;
    if (store[at + 1] !== state || store[at + 2] !== this.firstGapWord || store[at + 3] !== window.length) return false;
    const words = at + HEAD;
    return pending.every((word, i) => store[words + i] === word) && window.every((word, i) => store[words + pending.length + i] === word);
  }
}

/** A number's bits well mixed (the finalizer of MurmurHash3). */
function mixed(value: number): number {
  let bits = Math.imul((value + 0x9e37_79b9) ^ (value >>> 16), 0x85eb_ca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2_ae35);
  return bits ^ (bits >>> 16);
}
