/** How charts look, in a page and in an SVG file of their own; the colours are the palette's. */
import { BROKER_COLOURS, FAULT_COLOURS, SERIES_COLOURS } from '../palette.js';

const brokers = BROKER_COLOURS.map(
  (_, i) =>
    `.plot rect.b${i + 1} { fill: var(--b${i + 1}); } .plot path.b${i + 1} { stroke: var(--b${i + 1}); } .plot text.b${i + 1} { fill: var(--b${i + 1}); } .plot .on-b${i + 1} { fill: var(--on-b${i + 1}); }`,
);
const faults = Object.keys(FAULT_COLOURS).map((name) => `.plot .f-${name} { --f: var(--fault-${name}); }`);
/** Solid first, then dashes of their own: lines differ even where their hues do not. */
const DASHES = ['none', '7 3', '2 3', '9 3 2 3', '4 2', '12 4', '2 2 6 2', '1 4'];
const series = SERIES_COLOURS.map(
  (_, i) =>
    `.plot .line.s${i + 1} { stroke: var(--s${i + 1}); stroke-dasharray: ${DASHES[i] ?? 'none'}; } .plot .layer.s${i + 1} { fill: var(--s${i + 1}); } .plot text.s${i + 1} { fill: var(--s${i + 1}); } .plot rect.s${i + 1} { fill: var(--s${i + 1}); }`,
);

export const CHART_STYLE = `
.plot { display: block; width: 100%; min-width: 960px; max-width: 1120px; height: auto; margin: 0 auto; font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
.plot text { fill: var(--ink); font-variant-numeric: tabular-nums; }
.plot .foreign { unicode-bidi: isolate; }
.plot .end { text-anchor: end; } .plot .middle { text-anchor: middle; }
.plot .note, .plot .of { fill: var(--soft-ink); font-size: 11px; }
.plot .strong { font-weight: 650; } .plot .small { font-size: 11px; }
.plot .lost { fill: none; stroke: var(--bad); stroke-width: 2; }
.plot .axis path { fill: none; stroke: var(--line); stroke-width: 1; } .plot .axis text { fill: var(--soft-ink); font-size: 11px; }
.plot .base { stroke: var(--soft-ink); }
.plot .shade { fill: var(--f); opacity: .09; } .plot .band path { fill: var(--f); opacity: .34; } .plot .band text { font-size: 10.5px; }
.plot .healing { --f: var(--good); } .plot .shade.healing { opacity: .06; }
.plot .moment path { fill: none; stroke: var(--bad); stroke-width: 1.5; stroke-dasharray: 5 3; } .plot .moment text { fill: var(--bad); font-size: 11px; font-weight: 650; }
.plot rect.fault { fill: var(--f); opacity: .85; }
.plot rect.nobody { fill: none; stroke: var(--bad); stroke-dasharray: 3 2; }
.plot rect.soft { opacity: .25; } .plot rect.isr { opacity: .8; } .plot rect.down { fill: var(--down); } .plot rect.paused { fill: var(--paused); }
.plot rect.unclean { stroke: var(--bad); stroke-width: 2; }
.plot .on-away { fill: var(--card); } .plot .on-bar { font-weight: 600; font-size: 11px; }
.plot .line { fill: none; stroke-width: 1.6; stroke-linejoin: round; stroke-linecap: round; } .plot .line.hw { stroke: var(--hw); stroke-width: 1.4; stroke-dasharray: 5 3; }
.plot .cut { fill: var(--card); stroke: var(--bad); stroke-width: 2; }
.plot .dots { fill: none; stroke-width: 4; stroke-linecap: round; opacity: .75; } .plot .dots.ok { stroke: var(--ok); }
.plot .dots.unknown { stroke: var(--unknown); stroke-linecap: square; } .plot .dots.failed { stroke: var(--failed); stroke-width: 1.5; stroke-linecap: butt; opacity: .9; }
.plot .layer { stroke: none; opacity: .8; } .plot .layer.ok { fill: var(--ok); } .plot .layer.unknown { fill: var(--unknown); } .plot .layer.failed { fill: var(--failed); }
.plot .edge { fill: none; stroke: var(--card); stroke-width: .8; }
.plot .halo { fill: none; stroke: var(--card); stroke-width: 4; opacity: .7; stroke-linejoin: round; stroke-linecap: round; }
.plot .q { fill: none; stroke-linejoin: round; stroke-linecap: round; stroke-width: 2; } .plot path.q50 { stroke: var(--q50); } .plot path.q95 { stroke: var(--q95); stroke-dasharray: 8 4; }
.plot path.q99 { stroke: var(--q99); stroke-dasharray: 2 4; } .plot path.q100 { stroke: var(--q100); stroke-width: 1.2; }
.plot text.q50 { fill: var(--q50); } .plot text.q95 { fill: var(--q95); } .plot text.q99 { fill: var(--q99); } .plot text.q100 { fill: var(--q100); }
.plot rect.accepts { fill: var(--good); opacity: .55; } .plot rect.refuses { fill: var(--bad); }
.plot rect.rebalance { fill: var(--doubt); opacity: .55; } .plot rect.member { fill: var(--accent); opacity: .3; } .plot rect.idle { fill: var(--soft-ink); opacity: .16; }
${brokers.join('\n')}
${faults.join('\n')}
${series.join('\n')}
`;
