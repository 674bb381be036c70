/** What every chart of a run is to those who show it: a drawing, and the same in words and numbers. */
import type { Markup } from '../markup.js';

/** Headings under which a page puts charts, in its order. */
export const CHART_GROUPS = ['faults', 'clients', 'brokers', 'partitions', 'consumers'] as const;
export type ChartGroup = (typeof CHART_GROUPS)[number];

export interface ChartTable {
  readonly columns: readonly string[];
  /** As many cells each as there are columns. Plain text, which may hold names that others chose. */
  readonly rows: readonly (readonly string[])[];
}

export interface Chart {
  /** Unique in a run, fit for a file name and for a fragment of an address: `latency-send`. */
  readonly id: string;
  readonly group: ChartGroup;
  readonly title: string;
  /** One sentence of what it shows and how to read it. */
  readonly description: string;
  readonly svg: Markup;
  /** The data of the drawing, condensed: for those who do not see it. */
  readonly table: ChartTable;
}

/** A moment to point at in every chart. */
export interface Moment {
  readonly timeUs: number;
  readonly label: string;
}

/** What a report of a run is about. */
export interface ChartFocus {
  /** When it went wrong; empty for a run in which nothing did. */
  readonly moments: readonly Moment[];
  /** `orders-0`; null when nothing is wrong with any partition in particular. */
  readonly partition: string | null;
}
