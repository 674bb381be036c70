/** The commands that the documentation of campaigns gives are commands that Trialrun understands, in manifests that are well-formed and agree with themselves. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { program } from '../src/cli/program.js';

const read = (name: string): string => readFileSync(new URL(`../docs/${name}`, import.meta.url), 'utf8');

/** Every document of a YAML file as plain data. */
function documentsOf(name: string): unknown[] {
  return parseAllDocuments(read(name)).map((document) => {
    expect([...document.errors, ...document.warnings]).toEqual([]);
    return document.toJS() as unknown;
  });
}

/** Every text in some data. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

const placeholders: readonly (readonly [RegExp, string])[] = [
  [/\$\{\{ matrix\.shard \}\}/g, '3'],
  [/\$\(\(JOB_COMPLETION_INDEX \+ 1\)\)/g, '3'],
  [/\$JOB_COMPLETION_INDEX/g, '2'],
  [/\$shards/g, '16'],
  [/\{\}/g, '3'],
];

/** The words of every `trialrun …` in a shell text, with its variables filled in. */
function commandsIn(shell: string, variables: readonly (readonly [RegExp, string])[] = []): string[][] {
  const filled = [...placeholders, ...variables].reduce((text, [pattern, value]) => text.replace(pattern, value), shell);
  const lines = filled.replaceAll(/\s*\\\n\s*/g, ' ').split('\n');
  return lines.flatMap((line) => {
    const command = /^(?:[^#]*\s)?(?:npx )?trialrun ((?:check|merge|replay|run)\b.*?)(?:\s+(?:#|&&|\||>).*)?$/.exec(line.trim());
    return command?.[1] === undefined ? [] : [command[1].trim().split(/\s+/)];
  });
}

/** What the command line makes of the words, without doing it. @throws CommanderError */
function understood(words: readonly string[]): Record<string, unknown> {
  const root = program();
  const asked: Record<string, unknown>[] = [];
  for (const command of root.commands) command.action(() => void asked.push(command.opts()));
  root.parse([...words], { from: 'user' });
  expect(asked).toHaveLength(1);
  return asked[0] as Record<string, unknown>;
}

describe('the GitHub Actions workflow', () => {
  interface Workflow {
    readonly env: { readonly CAMPAIGN: string };
    readonly jobs: { readonly shard: { readonly strategy: { readonly matrix: { readonly shard: readonly number[] } } } };
  }

  it('spreads over as many shards as it has jobs, and merges them', () => {
    const [workflow] = documentsOf('campaigns/github-actions.yaml') as [Workflow];
    const commands = commandsIn(textsIn(workflow.jobs).join('\n'), [[/\$CAMPAIGN/g, workflow.env.CAMPAIGN]]);
    expect(commands.map(([name]) => name)).toEqual(['check', 'merge']);
    const [check] = commands.map(understood);
    const { shard } = workflow.jobs.shard.strategy.matrix;
    expect(check).toMatchObject({ shard: { index: 3, of: shard.length }, results: 'shard-3.jsonl' });
    expect(shard).toEqual(shard.map((_, i) => i + 1));
  });
});

describe('the Kubernetes Job', () => {
  it('spreads over as many shards as it has completions, resumes, and merges them', () => {
    const documents = documentsOf('campaigns/kubernetes.yaml') as {
      kind: string;
      spec?: { completions?: number; completionMode?: string };
    }[];
    expect(documents.map(({ kind }) => kind)).toEqual(['ConfigMap', 'Job', 'Job']);
    const [, job] = documents;
    const commands = commandsIn(textsIn(documents).join('\n'));
    expect(commands.map(([name]) => name)).toEqual(['check', 'merge']);
    const [check] = commands.map(understood);
    expect(job?.spec?.completionMode).toBe('Indexed');
    expect(check).toMatchObject({ shard: { index: 3, of: job?.spec?.completions }, resume: true, results: '/results/shard-2.jsonl' });
  });
});

describe('the script for GNU parallel', () => {
  it('spreads over the shards that it counts, resumes, and merges them', () => {
    const text = read('campaigns/parallel.sh');
    const commands = commandsIn(text);
    expect(commands.map(([name]) => name)).toEqual(['check', 'merge']);
    expect(commands.map(understood)[0]).toMatchObject({ shard: { index: 3, of: Number(/^shards=(\d+)$/m.exec(text)?.[1]) }, resume: true });
  });
});

describe('docs/campaigns.md', () => {
  it('gives no command that Trialrun does not understand', () => {
    const blocks = [...read('campaigns.md').matchAll(/^```sh\n(.*?)^```/gms)].map((match) => match[1] ?? '');
    const commands = blocks.flatMap((block) => commandsIn(block));
    expect(commands.length).toBeGreaterThan(10);
    for (const words of commands) expect(() => understood(words), words.join(' ')).not.toThrow();
  });
});
