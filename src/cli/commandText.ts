/** Command lines to copy and paste. */

/** `trialrun replay reports/x/scenario.yaml` as one would type it in a clone or with the package installed. */
export function commandText(words: readonly string[]): string {
  return ['npx', 'trialrun', ...words].map(quoted).join(' ');
}

/** A word as a POSIX shell takes it unchanged. */
function quoted(word: string): string {
  return /^[A-Za-z0-9_\-+=.,:/@%]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
