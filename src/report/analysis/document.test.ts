import { describe, expect, it } from 'vitest';
import { code, codeBlock, foreign, joined, link, list, paragraph, section, strong, table, text, type Document } from './Document.js';
import { documentHtml } from './documentHtml.js';
import { documentMarkdown } from './documentMarkdown.js';

function documentOf(more: Partial<Document> = {}): Document {
  return { kicker: 'k', title: ['Title'], plainTitle: 'Title', abstract: [], sections: [], footer: ['f'], version: '1', ...more };
}

const nested = documentOf({
  sections: [
    section('one', 'First things', [paragraph`See ${link('the second', '#two-b')}.`]),
    section('two', 'Second things', [], [section('two-a', 'A, at once', []), section('two-b', 'B: `loss`', [])]),
  ],
});

describe('a document as Markdown', () => {
  it('numbers its sections, lists them, and links to them as GitHub names them', () => {
    const markdown = documentMarkdown(nested);
    expect(markdown).toContain('## 1 First things');
    expect(markdown).toContain('### 2.1 A, at once');
    expect(markdown).toContain('  - [2.1 A, at once](#21-a-at-once)');
    expect(markdown).toContain('See [the second](#22-b-loss).');
  });

  it('takes text for text: nothing in it becomes markup', () => {
    const hostile = 'a *b* _c_ `d` <script>e</script> [f](g) | h & i ~j~ snake_case';
    const markdown = documentMarkdown(documentOf({ abstract: [paragraph`${foreign(hostile)}`] }));
    expect(markdown).toContain('a \\*b\\* \\_c\\_ \\`d\\` \\<script\\>e\\</script\\> \\[f\\](g) \\| h &amp; i \\~j\\~ snake_case');
  });

  it('lets no paragraph begin like a heading or a list', () => {
    const markdown = documentMarkdown(
      documentOf({ abstract: [paragraph`# no heading`, paragraph`1. no item`, paragraph`0.11 is a release`] }),
    );
    expect(markdown).toContain('\n\\# no heading\n');
    expect(markdown).toContain('\n1\\. no item\n');
    expect(markdown).toContain('\n0.11 is a release\n');
  });

  it('shows by their code points what cannot be seen', () => {
    const markdown = documentMarkdown(documentOf({ title: [foreign('a\u202eb\u0000c\nd')], abstract: [paragraph`${code('e\u2066f')}`] }));
    expect(markdown).toContain('# aU+202EbU+0000cU+000Ad\n');
    expect(markdown).toContain('`eU+2066f`');
  });

  it('keeps tables whole whatever the cells hold', () => {
    const markdown = documentMarkdown(documentOf({ abstract: [table('T', ['a', '>n'], [[code('x|y'), '1|2']])] }));
    expect(markdown).toContain('*T*\n\n| a | n |\n| --- | ---: |\n| `x\\|y` | 1\\|2 |');
  });

  it('fences code that has fences in it', () => {
    const markdown = documentMarkdown(documentOf({ abstract: [codeBlock('sh', ['```', 'echo'])] }));
    expect(markdown).toContain('````sh\n```\necho\n````');
  });
});

describe('a document as HTML', () => {
  it('numbers its sections and links to them by their ids', () => {
    const page = documentHtml(nested);
    expect(page).toContain('<h3 id="two-b">2.2 B: `loss`</h3>');
    expect(page).toContain('<a href="#two-b">the second</a>');
  });

  it('escapes everything, and keeps foreign text from changing the direction of what follows', () => {
    const hostile = '</title><script>alert(1)</script>"\u202e';
    const blocks = [
      paragraph`${foreign(hostile)} ${strong(hostile)}`,
      list([[code(hostile)]]),
      table(hostile, [hostile], [[hostile]]),
      codeBlock('x', [hostile], hostile),
    ];
    const page = documentHtml(documentOf({ title: [foreign(hostile)], plainTitle: hostile, kicker: hostile, abstract: blocks }));
    expect(page).not.toContain('<script');
    expect(page.match(/<\/title>/g)).toHaveLength(1);
    expect(page).toContain(`<bdi>&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;\u202e</bdi>`);
  });

  it('asks nothing of anybody: no script, no address, a policy that forbids both', () => {
    const page = documentHtml(nested);
    expect(page).not.toMatch(/https?:|<script|<link|<img|@import|url\(/);
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"`);
  });
});

describe('running text', () => {
  it('is put together from pieces, lists of pieces and numbers', () => {
    expect(text`a ${code('b')} ${joined(['c', [strong('d')], 'e'])} ${3}`).toEqual([
      'a ',
      { kind: 'code', text: 'b' },
      ' ',
      'c',
      ', ',
      { kind: 'strong', text: 'd' },
      ' and ',
      'e',
      ' ',
      '3',
    ]);
  });
});
