/** Sections with their numbers, `1`, `3.2`, in the order of reading. */
import type { Section } from './Document.js';

export interface Numbered<S> {
  readonly section: S;
  /** `3.2 Loss of acknowledged records`. */
  readonly heading: string;
  /** 1 for the sections of the document itself. */
  readonly depth: number;
}

export function numbered(sections: readonly Section[], before: readonly number[] = []): Numbered<Section>[] {
  return sections.flatMap((section, i) => {
    const number = [...before, i + 1];
    return [{ section, heading: `${number.join('.')} ${section.title}`, depth: number.length }, ...numbered(section.sections, number)];
  });
}
