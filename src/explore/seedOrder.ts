/** Numbers by value and before any other text, which goes by its code units. */
export function compareSeeds(a: string, b: string): number {
  const numbers = [a, b].map((seed) => /^\d+$/.test(seed));
  if (numbers[0] === true && numbers[1] === true) return Number(a) - Number(b) || compareText(a, b);
  if (numbers[0] !== numbers[1]) return numbers[0] === true ? -1 : 1;
  return compareText(a, b);
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
