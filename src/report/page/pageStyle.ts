/** The page's style sheet: light and dark by the reader's preference, colours that the colour-blind can tell apart (after Okabe and Ito). */
export const PAGE_STYLE = `
:root {
  --paper: #fcfcfa; --card: #ffffff; --ink: #1c2024; --soft-ink: #5c6670; --line: #dfe3e6; --faint-line: #eceef0;
  --bad: #c0262d; --bad-paper: #fdeceb; --good: #17784b; --doubt: #8a6100; --accent: #1f5fbf; --lit: #fff3c4;
  --b1: #0072b2; --b2: #d98200; --b3: #009e73; --b4: #b55a9d; --b5: #4aa3d8; --b6: #c34f00; --b7: #8f8a00; --b8: #6a5acd; --b9: #7d6a58;
  --hw: #1c2024; --down: #3a4148; --paused: #9aa4ad; --fault: #d64545;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171a; --card: #1b1f23; --ink: #e8eaec; --soft-ink: #9aa5af; --line: #343a40; --faint-line: #262b30;
    --bad: #ff7b78; --bad-paper: #3a1d1e; --good: #5fd39b; --doubt: #e3b341; --accent: #7fb2ff; --lit: #3d3716;
    --b1: #3d9bdc; --b2: #f0a63a; --b3: #2fc598; --b4: #d98bc3; --b5: #86c9f2; --b6: #ee7a33; --b7: #c9c23f; --b8: #a195f2; --b9: #b8a48f;
    --hw: #f5f5f5; --down: #05070a; --paused: #6a747d; --fault: #ff6b6b;
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
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
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 0 0 4px; font-size: 13px; }
.legend span { display: inline-flex; align-items: center; gap: 6px; }
svg text { fill: var(--ink); font-variant-numeric: tabular-nums; }
svg .end { text-anchor: end; } svg .middle { text-anchor: middle; }
svg .note { fill: var(--soft-ink); }
.axis line { stroke: var(--faint-line); } .axis text { fill: var(--soft-ink); font-size: 11px; }
.moment line { stroke: var(--bad); stroke-width: 1.5; stroke-dasharray: 4 3; }
.healing { fill: var(--good); opacity: .1; }
.nowrap { white-space: nowrap; }
.legend svg { flex: none; }
@media (max-width: 900px) { .chart > svg { max-width: none; } }
rect.fault { fill: var(--fault); opacity: .8; }
rect.nobody { fill: none; stroke: var(--bad); stroke-dasharray: 3 2; }
rect.soft { opacity: .22; } rect.isr { opacity: .75; } rect.down { fill: var(--down); } rect.paused { fill: var(--paused); }
rect.unclean { stroke: var(--bad); stroke-width: 2; }
.on-bar { fill: var(--card); font-weight: 600; font-size: 11px; }
.line { fill: none; stroke-width: 1.6; } .line.hw { stroke: var(--hw); stroke-width: 1.4; stroke-dasharray: 5 3; }
.cut { fill: var(--card); stroke: var(--bad); stroke-width: 2; }
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
.b1:not(text) { --c: var(--b1); } .b2:not(text) { --c: var(--b2); } .b3:not(text) { --c: var(--b3); } .b4:not(text) { --c: var(--b4); } .b5:not(text) { --c: var(--b5); }
.b6:not(text) { --c: var(--b6); } .b7:not(text) { --c: var(--b7); } .b8:not(text) { --c: var(--b8); } .b9:not(text) { --c: var(--b9); }
rect.b1, rect.b2, rect.b3, rect.b4, rect.b5, rect.b6, rect.b7, rect.b8, rect.b9 { fill: var(--c); }
path.b1, path.b2, path.b3, path.b4, path.b5, path.b6, path.b7, path.b8, path.b9 { stroke: var(--c); }
text.b1 { fill: var(--b1); } text.b2 { fill: var(--b2); } text.b3 { fill: var(--b3); } text.b4 { fill: var(--b4); } text.b5 { fill: var(--b5); }
text.b6 { fill: var(--b6); } text.b7 { fill: var(--b7); } text.b8 { fill: var(--b8); } text.b9 { fill: var(--b9); }
`;
