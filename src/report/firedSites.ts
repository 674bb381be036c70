/** Which buggify sites fired in a run, out of its probes. */
const PREFIX = 'buggify/';

/** Id of the site and how often it fired, in the order in which they first did. */
export function firedSites(probes: readonly (readonly [name: string, hits: number])[]): [id: string, times: number][] {
  return probes.flatMap(([name, hits]): [string, number][] => (name.startsWith(PREFIX) ? [[name.slice(PREFIX.length), hits]] : []));
}
