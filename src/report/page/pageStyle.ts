/** The page's style sheet; its colours, light and dark by the reader's preference, are the palette's. */
import { CHART_STYLE } from '../charts/chartStyle.js';
import { PALETTE_STYLE } from '../palette.js';

export const PAGE_STYLE = `
${PALETTE_STYLE}* { box-sizing: border-box; }
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
main { max-width: 1200px; margin: 0 auto; padding: 32px 40px 48px; }
header { padding-bottom: 20px; border-bottom: 1px solid var(--line); }
.kicker { margin: 0 0 18px; color: var(--soft-ink); font-size: 13px; letter-spacing: .02em; }
.badge { display: inline-block; padding: 2px 10px; border-radius: 4px; background: var(--bad); color: var(--card); font-weight: 650; font-size: 13px; text-transform: uppercase; letter-spacing: .05em; }
.badge.held { background: var(--good); } .badge.unknown { background: var(--doubt); }
.guarantee { margin-left: 8px; font-weight: 600; font-size: 17px; }
h1 { margin: 12px 0 18px; font-size: 27px; line-height: 1.28; font-weight: 680; letter-spacing: -.01em; max-width: 34em; text-wrap: balance; }
h2 { margin: 0 0 10px; font-size: 20px; letter-spacing: -.005em; }
h3 { margin: 22px 0 6px; font-size: 15px; }
h3 small { margin-left: 8px; color: var(--soft-ink); font-weight: 400; font-size: 13px; }
section { margin-top: 36px; }
h1, h2, h3, p, li, dt, dd, summary, figcaption, caption { overflow-wrap: anywhere; }
.lead, .origin { color: var(--soft-ink); margin: 0 0 12px; max-width: 70em; }
.facts { display: flex; flex-wrap: wrap; gap: 10px 30px; margin: 0 0 12px; }
.facts dt { color: var(--soft-ink); font-size: 12px; }
.facts dd { margin: 0; font-weight: 560; font-variant-numeric: tabular-nums; }
.story { list-style: none; margin: 0; padding: 0; max-width: 62em; }
.story li { display: grid; grid-template-columns: 30px 108px 1fr; gap: 6px; padding: 6px 8px; border-radius: 6px; align-items: baseline; }
.story li:last-child { background: var(--bad-paper); font-weight: 560; }
.story .number { justify-self: start; width: 22px; height: 22px; border-radius: 50%; background: var(--ink); color: var(--paper); font-size: 12px; font-weight: 650; line-height: 22px; text-align: center; text-decoration: none; }
.story .when { color: var(--soft-ink); font-variant-numeric: tabular-nums; font-size: 13px; }
.lit, .row.lit .row-hit, .row:target .row-hit { background: var(--lit); }
.in-short { margin: 0 0 18px; padding: 12px 16px; border-left: 3px solid var(--bad); background: var(--card); max-width: 66em; }
header:has(.badge.held) .in-short { border-left-color: var(--good); } header:has(.badge.unknown) .in-short { border-left-color: var(--doubt); }
.in-short div { display: grid; grid-template-columns: 9.5em 1fr; gap: 2px 12px; padding: 3px 0; }
.in-short dt { font-weight: 600; } .in-short dd { margin: 0; overflow-wrap: anywhere; }
.skip, .unseen { position: absolute; left: -999px; } .skip:focus { left: 12px; top: 8px; background: var(--card); padding: 6px 10px; z-index: 2; }
nav { display: flex; flex-wrap: wrap; gap: 4px 16px; padding: 10px 0; border-bottom: 1px solid var(--line); font-size: 14px; position: sticky; top: 0; background: var(--paper); z-index: 1; }
a { color: var(--accent); } nav a { text-decoration: none; } nav a:hover { text-decoration: underline; }
h2, .story li { scroll-margin-top: 60px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.counts { display: grid; grid-template-columns: repeat(auto-fill, minmax(250px, 1fr)); gap: 0 32px; margin: 0 0 12px; }
.counts div { display: flex; justify-content: space-between; border-bottom: 1px solid var(--faint-line); padding: 3px 0; }
.counts dt { color: var(--soft-ink); } .counts dd { margin: 0; font-variant-numeric: tabular-nums; font-weight: 560; }
.wide { overflow-x: auto; }
ul.plain, .witnesses { list-style: none; margin: 0; padding: 0; } .witnesses pre { font-size: 12px; }
.witnesses .violated { color: var(--bad); font-weight: 650; }
del { color: var(--soft-ink); }
tr.of th { padding-top: 16px; color: var(--ink); font-weight: 600; font-size: 14px; white-space: normal; }
code.differs { font-weight: 650; }
.interval { stroke: var(--soft-ink); stroke-width: 1.5; } circle.share { fill: var(--bad); } .line.share { stroke: var(--bad); opacity: .5; }
.chart { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 12px; }
svg { display: block; max-width: 100%; height: auto; font: 12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
svg text { fill: var(--ink); font-variant-numeric: tabular-nums; }
svg .note { fill: var(--soft-ink); }
.moment line { stroke: var(--bad); stroke-width: 1.5; stroke-dasharray: 4 3; }
.axis line { stroke: var(--faint-line); } .axis text { fill: var(--soft-ink); font-size: 11px; } .line { fill: none; stroke-width: 1.6; }
svg .end { text-anchor: end; } svg .middle { text-anchor: middle; }
.nowrap { white-space: nowrap; }
@media (max-width: 900px) { .chart > svg { max-width: none; } }
.chart-figure { margin: 0 0 26px; } .chart-figure h4 { margin: 14px 0 2px; font-size: 15px; } .chart-figure .lead { font-size: 13.5px; margin-bottom: 6px; } .chart-figure .table { overflow-x: auto; max-height: 24em; overflow-y: auto; }
.lane { stroke: var(--line); stroke-width: 1.5; } .lane-name { font-weight: 650; }
.dead { stroke: var(--fault); stroke-width: 5; opacity: .3; }
.row-hit { fill: transparent; } .row.lit .row-hit, .row:target .row-hit { fill: var(--lit); }
.row .guide { stroke: var(--faint-line); stroke-dasharray: 1 4; }
.row .time { fill: var(--soft-ink); font-size: 11px; } .row .who { font-weight: 650; }
.words.bad, .words.fault { fill: var(--bad); } .words.good { fill: var(--good); } .words.leader { fill: var(--accent); }
.mark { fill: var(--ink); } .mark.good { fill: var(--good); } .mark.bad, .mark.fault { fill: var(--bad); } .mark.leader { fill: var(--accent); }
.told-number { fill: var(--card); font-size: 11px; font-weight: 700; }
.arrow { stroke: var(--soft-ink); stroke-width: 1.4; } .arrow-head { fill: var(--soft-ink); }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: left; vertical-align: top; padding: 6px 12px 6px 0; border-bottom: 1px solid var(--faint-line); }
thead th { color: var(--soft-ink); font-weight: 500; font-size: 12px; } th[scope=row] { font-weight: 560; white-space: nowrap; }
.configuration td:first-child { width: 34%; } .configuration td:nth-child(2) { width: 36%; }
.side-by-side td { width: 42%; }
td.violated { color: var(--bad); font-weight: 650; } td.held { color: var(--good); font-weight: 600; } td.unknown { color: var(--doubt); font-weight: 600; }
.faint { color: var(--soft-ink); }
code, pre { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
td code { display: inline-block; margin: 0 10px 2px 0; overflow-wrap: anywhere; }
.command { position: relative; }
pre { margin: 8px 0; padding: 12px 14px; background: var(--card); border: 1px solid var(--line); border-radius: 8px; overflow-x: auto; }
button { position: absolute; top: 8px; right: 8px; padding: 3px 10px; border: 1px solid var(--line); border-radius: 5px; background: var(--paper); color: var(--ink); font: inherit; font-size: 12px; cursor: pointer; }
summary { cursor: pointer; color: var(--accent); margin-top: 8px; }
details table { margin-top: 6px; }
footer { margin-top: 44px; padding-top: 14px; border-top: 1px solid var(--line); color: var(--soft-ink); font-size: 13px; }
@media (max-width: 700px) { main { padding: 20px 16px; } th, td { padding-right: 8px; } th[scope=row] { white-space: normal; } .story li { grid-template-columns: 30px 1fr; } .story .when ~ span, .story .when { grid-column: 2; } .in-short div { grid-template-columns: 1fr; } nav { position: static; } h1 { font-size: 22px; } }
@media print { body { font-size: 11px; background: none; } main { max-width: none; padding: 0; } nav { display: none; } .chart, .story li, tr { break-inside: avoid; } h2, h3 { break-after: avoid; } .chart { overflow: visible; border: 0; padding: 0; } .chart > svg { max-width: 100%; } button { display: none; } section { margin-top: 22px; } }
text.b1 { fill: var(--b1); } text.b2 { fill: var(--b2); } text.b3 { fill: var(--b3); } text.b4 { fill: var(--b4); } text.b5 { fill: var(--b5); }
text.b6 { fill: var(--b6); } text.b7 { fill: var(--b7); } text.b8 { fill: var(--b8); } text.b9 { fill: var(--b9); }
${CHART_STYLE}`;
