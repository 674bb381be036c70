/** Every probe there is, as tables for the documentation. */
import { probeAreas } from '../explore/coverage.js';

/** Markdown: one heading and one table for each area. */
export function probeTables(): string {
  return probeAreas
    .map((area) => {
      const probes = Object.values(area);
      const rows = probes.map(({ name, meaning, needs }) => [`\`${name}\``, meaning, needs.join(', ')]);
      return [`### ${probes[0]?.area ?? ''}`, '', ...markdownTable(['probe', 'what it means that it was hit', 'expected with'], rows)].join(
        '\n',
      );
    })
    .join('\n\n');
}

/** As prettier has it: columns as wide as their widest cell. */
function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string => `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)];
}
