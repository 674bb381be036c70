/** The frame of every page: one HTML file that needs no network, opens from the disk and can be read without its script. */
import { html, Markup, type MarkupContent } from '../markup.js';
import { PAGE_STYLE } from './pageStyle.js';

export interface PageFrame {
  readonly title: string;
  /** Of Trialrun. */
  readonly version: string;
  readonly body: MarkupContent;
  /** Style besides the common one; default: none. */
  readonly style?: string;
  /** Default: none. */
  readonly script?: string;
}

/** Nothing is fetched from anywhere, and only what is in the file runs, if there is a script in it: the policy holds even for what a record's value might try. */
const policyFor = (script: string): Markup =>
  new Markup(`default-src 'none'; style-src 'unsafe-inline'; ${script === '' ? '' : "script-src 'unsafe-inline'; "}img-src data:`);

export function pageFrame({ title, version, body, style = '', script = '' }: PageFrame): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${policyFor(script)}" />
        <meta name="generator" content="Trialrun ${version}" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <style>
          ${new Markup(PAGE_STYLE)}${new Markup(style)}
        </style>
      </head>
      <body>
        <a class="skip" href="#content">To the content</a>
        <main id="content">${body}</main>
        ${
          script === ''
            ? null
            : html`<script>
                ${new Markup(script)};
              </script>`
        }
      </body>
    </html> `.text;
}
