/**
 * What GitHub Actions shows of a result: annotations (workflow commands, one line each) and a job summary in Markdown.
 *
 * The escapes are those of GitHub's own toolkit: in a message per cent signs and line ends, in a property colons and commas as well.
 */

export interface Annotation {
  /** Default: `error`. */
  readonly level?: 'error' | 'warning';
  /** One line, shown in bold. */
  readonly title: string;
  /** May have several lines. */
  readonly message: string;
  /** File in the repository that it is about. */
  readonly file?: string;
}

/** `::error title=…::…`, one line, as the runner reads it from the output of a step. */
export function annotationText({ level = 'error', title, message, file }: Annotation): string {
  const properties = [...(file === undefined ? [] : [`file=${inProperty(file)}`]), `title=${inProperty(title)}`];
  return `::${level} ${properties.join(',')}::${inMessage(message)}`;
}

function inMessage(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function inProperty(text: string): string {
  return inMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** A Markdown table. What cells hold is shown as it is: no markup in it has an effect. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map(inMarkdown).join(' | ')} |`;
  return [line(head), `|${head.map(() => ' --- ').join('|')}|`, ...rows.map(line)];
}

/** Text that Markdown and HTML leave alone, in one line. */
export function inMarkdown(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\`*_{}[\]<>|#~]/g, (character) => `\\${character}`)
    .replaceAll('&', '&amp;');
}
