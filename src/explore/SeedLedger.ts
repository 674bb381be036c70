/**
 * Which seeds were tried, and the hash that each run gave: nine bytes a seed, because a campaign may have millions. The digest says the same of all of them
 * together, in whatever order they came.
 */

const BLOCK = 1024;

interface Block {
  readonly known: Uint8Array;
  readonly hashes: BigUint64Array;
}

export class SeedLedger {
  private readonly blocks = new Map<number, Block>();
  /** Seeds that are no number, and hashes that are not 16 hexadecimal digits. */
  private readonly others = new Map<string, string>();
  private count = 0;
  private digestA = 0;
  private digestB = 0;

  get size(): number {
    return this.count;
  }

  has(seed: string): boolean {
    return this.hashOf(seed) !== undefined;
  }

  /** The hash that came first for this seed. */
  hashOf(seed: string): string | undefined {
    const number = numberOf(seed);
    const block = number < 0 ? undefined : this.blocks.get(Math.floor(number / BLOCK));
    if (block === undefined || block.known[number % BLOCK] === 0) return this.others.get(seed);
    return (block.hashes[number % BLOCK] as bigint).toString(16).padStart(16, '0');
  }

  /** Enters a seed. @returns whether it is new; of one that is known the first hash stays. */
  add(seed: string, hash: string): boolean {
    if (this.has(seed)) return false;
    const number = numberOf(seed);
    if (number < 0 || !/^[0-9a-f]{16}$/.test(hash)) {
      this.others.set(seed, hash);
    } else {
      const block = this.block(Math.floor(number / BLOCK));
      block.known[number % BLOCK] = 1;
      block.hashes[number % BLOCK] = BigInt(`0x${hash}`);
    }
    this.count++;
    this.stir(`${seed} ${hash}`);
    return true;
  }

  /** 16 hexadecimal digits over all seeds and their hashes; equal for equal campaigns, whatever their order. */
  get digest(): string {
    return [this.digestA, this.digestB].map((part) => part.toString(16).padStart(8, '0')).join('');
  }

  private block(index: number): Block {
    const known = this.blocks.get(index);
    if (known !== undefined) return known;
    const block = { known: new Uint8Array(BLOCK), hashes: new BigUint64Array(BLOCK) };
    this.blocks.set(index, block);
    return block;
  }

  /** Entries are hashed one by one and added up, which no order changes. */
  private stir(text: string): void {
    let a = 0x811c9dc5 | 0;
    let b = 0x9e3779b9 | 0;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      a = Math.imul(a ^ code, 0x01000193);
      b = Math.imul(b ^ (code + (a >>> 13)), 0x85ebca6b);
    }
    this.digestA = (this.digestA + (a >>> 0)) >>> 0;
    this.digestB = (this.digestB + ((b ^ (b >>> 15)) >>> 0)) >>> 0;
  }
}

/** The seed as a number, or -1 where it is text. `007` is text: it is another seed than `7`. */
function numberOf(seed: string): number {
  return /^(0|[1-9]\d{0,14})$/.test(seed) ? Number(seed) : -1;
}
