/** What a document adds to the page's style: one column of text that can be read, tables and code that scroll by themselves, and paper. */
export const DOCUMENT_STYLE = `
.document { max-width: 880px; margin: 0 auto; }
.document p, .document li { max-width: 46em; line-height: 1.6; }
.document h2 { margin-top: 8px; padding-top: 8px; font-size: 22px; }
.document h3 { margin: 26px 0 8px; font-size: 17px; }
.document section section { margin-top: 20px; }
.document a { color: var(--accent); }
.document .abstract { margin-top: 24px; padding: 14px 20px; border-left: 3px solid var(--accent); background: var(--card); }
.document .abstract p { margin: 0 0 8px; } .document .abstract > :last-child { margin-bottom: 0; }
.contents { list-style: none; margin: 24px 0 0; padding: 0; font-size: 14px; } .contents li { line-height: 1.9; } .contents .depth-2 { padding-left: 22px; }
.wide { overflow-x: auto; margin: 14px 0 18px; }
.wide table { min-width: 34em; } .wide caption, figcaption { text-align: left; color: var(--soft-ink); font-size: 13px; padding: 0 0 6px; }
.wide th[scope=row] { white-space: normal; } .wide td.number, .wide th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.wide td code { margin-right: 0; } .document figure { margin: 14px 0 18px; } .document figure pre { margin: 0; }
.document code { overflow-wrap: anywhere; }
.document bdi { overflow-wrap: anywhere; }
@media print {
  :root { --paper: #fff; --card: #fff; --ink: #000; --soft-ink: #444; --line: #bbb; --faint-line: #ddd; --accent: #000; }
  .document { max-width: none; } .wide, pre { overflow: visible; } pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  h2, h3, figcaption { break-after: avoid; } tr, li { break-inside: avoid; } .document a { text-decoration: none; }
}
`;
