/** What the command's exit code says. 64, 65 and 70 are those of sysexits.h. */
export const EXIT = {
  /** Every required guarantee held, with its premise exercised. */
  held: 0,
  violated: 1,
  /** Nothing was violated, but not everything required was exercised. */
  inconclusive: 2,
  /** The same seed gave two different runs: a defect of Trialrun. */
  nondeterminism: 3,
  usage: 64,
  badFile: 65,
  internal: 70,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
