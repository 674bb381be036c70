/** Style of the space-time diagrams; colours are the page's. */
import { BROKER_COLOURS } from '../palette.js';

/** What belongs to a broker has its colour, as `--c`. */
const ownColours = BROKER_COLOURS.map((_, i) => `.st .b${i + 1}, .sent.b${i + 1} { --c: var(--b${i + 1}); }`).join(' ');

export const SPACE_TIME_STYLE = `
${ownColours}
line.arrow { stroke-dasharray: 3 3; } .sent.client { --c: var(--ink); } .sent line { stroke: var(--c); stroke-width: 1.5; } #head path { fill: context-stroke; } .sent-name { font-size: 10px; fill: var(--soft-ink); paint-order: stroke; stroke: var(--card); stroke-width: 3px; }
.slice-cut line { stroke: var(--fault); stroke-width: 1.6; stroke-dasharray: 2 3; } .slice-cut.healed line { stroke: var(--good); } .slice-cut text { font-size: 10px; fill: var(--bad); } .slice-cut.healed text { fill: var(--good); }
.st { --m: var(--soft-ink); }
.st-chart { user-select: none; -webkit-user-select: none; }
.st-chart:focus-visible { outline: 2px solid var(--accent); outline-offset: 4px; }
.st-base { stroke: var(--c, var(--soft-ink)); stroke-width: 2; opacity: .55; }
.st-client { --c: var(--ink); }
.st-leads { fill: var(--c, var(--soft-ink)); }
.st-controls { fill: var(--accent); }
.st-down { fill: var(--down); } .st-paused { fill: var(--paused); }
.st-cut { fill: url(#st-hatch); stroke: var(--fault); stroke-width: .5; } #st-hatch path { stroke: var(--fault); stroke-width: 3; }
.st-labels text { font-size: 10.5px; paint-order: stroke; stroke: var(--card); stroke-width: 3px; pointer-events: none; }
.st-cuts path { fill: none; stroke: var(--fault); stroke-width: 1.2; stroke-dasharray: 2 3; }
.st-span-name, .st-fault-name { font-size: 10.5px; fill: var(--soft-ink); pointer-events: none; paint-order: stroke; stroke: var(--card); stroke-width: 3px; }
.st-in-down, .st-in-paused { stroke: none; fill: var(--card); font-size: 9px; } 
.st-fault { fill: var(--fault); opacity: .22; } .st-fault-name { fill: var(--ink); stroke: none; }
.st-messages path, .st-key path { fill: none; stroke: var(--c, var(--m)); stroke-width: 1; opacity: .5; }
.st-messages path.f-metadata:not(.bears), .st-messages path.f-zookeeper:not(.bears), .st-messages path.f-consume:not(.bears) { opacity: .22; }
.st-messages path.bears, .st-key path.bears { stroke-width: 1.9; opacity: 1; }
.st-messages path.bears:not(.lost):not(.under-way) { marker-end: url(#st-head); }
#st-head path { fill: context-stroke; }
.st-messages path.held, .st-key path.held { stroke: var(--fault); stroke-dasharray: 5 3; opacity: .9; }
.st-messages path.lost, .st-key path.lost { stroke: var(--bad); opacity: .9; }
.st-key path.cut-key { stroke: var(--fault); stroke-width: 4; stroke-dasharray: 2 2; opacity: 1; }
.st-messages path.chosen { stroke-width: 4; opacity: 1; }
.st-chart use, .st-key path[class^="s-"] { fill: var(--soft-ink); stroke: var(--card); stroke-width: .8; opacity: 1; }
.st-chart .s-election, .st-chart .s-election use, .st-key path.s-election { fill: var(--accent); }
.st-chart .s-confirm, .st-chart .s-confirm use, .st-key path.s-confirm { fill: var(--good); }
.st-chart .s-loss, .st-chart .s-loss use, .st-chart .s-process, .st-chart .s-process use, .st-key path.s-loss, .st-key path.s-process { fill: var(--bad); }
.st-stem { stroke: var(--soft-ink); stroke-width: 1; }
.st-told circle { fill: var(--ink); } .st-told.s-loss circle, .st-told.s-process circle { fill: var(--bad); } .st-told.s-election circle { fill: var(--accent); } .st-told.s-confirm circle { fill: var(--good); }
.st-chart [data-e] { cursor: pointer; }
.st-chart [data-e]:focus { outline: none; }
.st-chart [data-e]:focus-visible, .st-chart [data-e].chosen { outline: 2px solid var(--accent); outline-offset: 2px; }
.st-violation line { stroke: var(--bad); stroke-width: 1.8; stroke-dasharray: 4 3; } .st-violation text { fill: var(--bad); font-weight: 650; paint-order: stroke; stroke: var(--card); stroke-width: 4px; }
.st-legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 0 0 8px; font-size: 13px; color: var(--soft-ink); } .st-legend span { display: inline-flex; align-items: center; gap: 6px; } .st-legend svg { flex: none; }
.st-tools[hidden], .st-details[hidden] { display: none; }
.st button { position: static; min-width: 30px; padding: 3px 9px; font-size: 14px; }
.st button:hover { border-color: var(--accent); }
.st-buttons { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; }
.st-walk { margin-left: 12px; display: inline-flex; gap: 6px; align-items: center; font-size: 13px; color: var(--soft-ink); } .st-walk output { min-width: 3.4em; text-align: center; font-variant-numeric: tabular-nums; }
.st-help { margin: 6px 0 8px; color: var(--soft-ink); font-size: 12.5px; max-width: 75em; }
.st-filters summary { margin: 6px 0; font-size: 13.5px; }
.st-filters fieldset { border: 1px solid var(--line); border-radius: 6px; margin: 0 0 6px; padding: 4px 12px 6px; display: flex; flex-wrap: wrap; gap: 2px 18px; font-size: 13px; }
.st-filters legend { color: var(--soft-ink); font-size: 12px; padding: 0 4px; } .st-filters small { color: var(--soft-ink); }
.st-frame { cursor: grab; touch-action: pan-y; padding: 12px 0; } .st-frame.dragging { cursor: grabbing; }
.st-details { margin-top: 8px; padding: 10px 14px; border: 1px solid var(--line); border-left: 3px solid var(--accent); border-radius: 6px; background: var(--card); font-size: 14px; }
.st-details p { margin: 0 0 4px; } .st-details dl { display: grid; grid-template-columns: max-content 1fr; gap: 1px 14px; margin: 4px 0 6px; }
.st-details dt { color: var(--soft-ink); } .st-details dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.st-scroll { max-height: 420px; overflow: auto; border: 1px solid var(--line); border-radius: 6px; }
.st-table table { font-size: 12.5px; margin: 0; } .st-table th, .st-table td { padding: 2px 10px 2px 8px; font-variant-numeric: tabular-nums; unicode-bidi: isolate; }
.st-table thead th { position: sticky; top: 0; background: var(--card); }
.st-table td:nth-child(-n+4) { white-space: nowrap; } .st-table tr:target { background: var(--lit); }
@media (max-width: 700px) { .st-help { display: none; } .st-walk { margin-left: 0; } }
@media print { .st-tools, .st-details { display: none; } .st-frame { padding: 0; } .st-scroll { max-height: none; overflow: visible; } }
`;
