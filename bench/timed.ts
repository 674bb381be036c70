/** What a piece of work gave, and how long it took. */
export function timed<T>(work: () => T): [result: T, ms: number] {
  const start = process.hrtime.bigint();
  const result = work();
  return [result, Number(process.hrtime.bigint() - start) / 1e6];
}
