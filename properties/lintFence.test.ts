import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import { beforeAll, describe, expect, test } from 'vitest';

/**
 * The determinism fence is on trial itself: each line below is linted as if it stood in src/kafka, and must be reported
 * by the rule beside it; the innocent lines must not be.
 */
const root = fileURLToPath(new URL('..', import.meta.url));

const offending: readonly (readonly [line: string, rule: string])[] = [
  ['export const t1 = (): number => Date.now();', 'no-restricted-globals'],
  ['export const t2 = (): object => new Date();', 'no-restricted-syntax'],
  ['export const t3 = (): number => performance.now();', 'no-restricted-globals'],
  ['export const t4 = (): unknown => setTimeout(() => undefined, 1);', 'no-restricted-globals'],
  ['export const t5 = (): unknown => setImmediate(() => undefined);', 'no-restricted-globals'],
  ['export const t6 = (): void => queueMicrotask(() => undefined);', 'no-restricted-globals'],
  ['export const t7 = (): bigint => process.hrtime.bigint();', 'no-restricted-globals'],
  ['export const t8 = (): unknown => globalThis.crypto;', 'no-restricted-globals'],
  ['export const t9 = (): string => crypto.randomUUID();', 'no-restricted-globals'],
  ['export const t10 = (): object => new Intl.NumberFormat();', 'no-restricted-globals'],
  ['export const t11 = (): object => new WeakRef({});', 'no-restricted-globals'],
  ['export const t12 = (): void => console.log("leak");', 'no-restricted-globals'],
  ['export const m1 = (): number => Math.random();', 'no-restricted-properties'],
  ['export const m2 = (): number => Math.pow(2, 0.5);', 'no-restricted-properties'],
  ['export const m3 = (): number => Math.log(2);', 'no-restricted-properties'],
  ['export const { random: m4 } = Math;', 'no-restricted-properties'],
  ['const m5 = Math; export const m6: number = m5.random();', 'no-restricted-syntax'],
  ['export const m7 = (name: "random"): number => Math[name]();', 'no-restricted-syntax'],
  ['export const m8 = (x: number): number => x ** 0.5;', 'no-restricted-syntax'],
  ['export const s1 = (names: string[]): string[] => names.sort();', 'no-restricted-syntax'],
  ['export const s2 = (names: string[]): string[] => names.sort();', '@typescript-eslint/require-array-sort-compare'],
  ['export const s3 = (a: string, b: string): number => a.localeCompare(b);', 'no-restricted-properties'],
  ['export const s4 = (n: number): string => n.toLocaleString();', 'no-restricted-properties'],
  ['export const a1 = async (): Promise<void> => undefined;', 'no-restricted-syntax'],
  ['export const a2 = (): unknown => Promise.resolve(1);', 'no-restricted-syntax'],
  ['export const a3 = (): unknown => new Promise(() => undefined);', 'no-restricted-syntax'],
  ['export const a4 = (): unknown => import("../engine/random.js");', 'no-restricted-syntax'],
  ['export function a5(p: Promise<void>): void { p.then(() => undefined); }', '@typescript-eslint/no-floating-promises'],
  ['export async function a6(p: AsyncIterable<number>): Promise<void> { for await (const x of p) void x; }', 'no-restricted-syntax'],
  ['export function k1(o: object): void { for (const k in o) void k; }', 'no-restricted-syntax'],
  ['export const e1 = (e: Error): string | undefined => e.stack;', 'no-restricted-syntax'],
  ['export const e2 = (code: string): unknown => eval(code);', 'no-eval'],
  ['import { readFileSync } from "node:fs"; void readFileSync;', 'no-restricted-imports'],
  ['import { join } from "path"; void join;', 'no-restricted-imports'],
  ['import { setTimeout as sleep } from "timers/promises"; void sleep;', 'no-restricted-imports'],
  ['import { Random } from "../engine/random.js"; export type R = Random;', '@typescript-eslint/consistent-type-imports'],
  ['export const x1 = (value: any): unknown => value;', '@typescript-eslint/no-explicit-any'],
  ['const x2 = 1;', '@typescript-eslint/no-unused-vars'],
  ['export const x3 = (n: number) => n;', '@typescript-eslint/explicit-module-boundary-types'],
];

const innocent: readonly string[] = [
  'export const i1 = (n: number): number => Math.imul(Math.floor(Math.sqrt(n)), Math.max(1, 2));',
  'export const i2 = (names: number[]): number[] => names.sort((a, b) => a - b);',
  'export function i3(m: Map<number, string>): void { for (const [k, v] of m) void [k, v]; }',
  'export const i4 = (clock: { now(): number }): number => clock.now();',
  'export function* i5(): Generator<number> { yield 1; }',
  'export const i6 = (record: { timestamp: number }): object => ({ ...record, process: 1 });',
];

/** The rules that reported each line of `text`, as if it were the file at `path`. */
async function lintLines(eslint: ESLint, path: string, text: string): Promise<Map<number, string[]>> {
  const [result] = await eslint.lintText(text, { filePath: path });
  const rules = new Map<number, string[]>();
  for (const { line, ruleId, message } of result?.messages ?? []) rules.set(line, [...(rules.get(line) ?? []), ruleId ?? message]);
  return rules;
}

/** Typed rules need a file that the TypeScript project knows, so the snippets borrow the place of an existing one. */
function someModuleIn(folder: string): string {
  const module = readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .sort((a, b) => (a < b ? -1 : 1))[0];
  if (module === undefined) throw new Error(`${folder} holds no TypeScript module to borrow the place of`);
  return `${root}${folder}/${module}`;
}

describe('the determinism fence', () => {
  const eslint = new ESLint({ cwd: root });
  let rulesOfLine = new Map<number, string[]>();

  beforeAll(async () => {
    const text = [...offending.map(([line]) => line), ...innocent].join('\n');
    rulesOfLine = await lintLines(eslint, someModuleIn('src/kafka'), text);
  });

  test.each(offending.map(([line, rule], index) => ({ line, rule, index })))('reports `$line` by $rule', ({ rule, index }) => {
    expect(rulesOfLine.get(index + 1)).toContain(rule);
  });

  test.each(innocent.map((line, index) => ({ line, index })))('lets `$line` pass', ({ index }) => {
    expect(rulesOfLine.get(offending.length + index + 1)).toBeUndefined();
  });

  test.each(['engine', 'zookeeper', 'kafka', 'check', 'workload', 'faults', 'scenario', 'explore', 'report'])(
    'stands around src/%s',
    async (room) => {
      const fenced = (await eslint.calculateConfigForFile(`${root}src/${room}/Any.ts`)) as { rules: Record<string, unknown[]> };
      expect(fenced.rules['no-restricted-globals']?.[0]).toBe(2);
      expect(fenced.rules['no-restricted-syntax']?.[0]).toBe(2);
      expect(fenced.rules['no-restricted-imports']?.[0]).toBe(2);
    },
  );

  test('leaves clocks, files and promises to the command line', async () => {
    const text = 'import { readFileSync } from "node:fs";\nexport const a = async (): Promise<unknown> => [Date.now(), readFileSync];';
    expect(await lintLines(eslint, someModuleIn('src/cli'), text)).toEqual(new Map());
  });
});
