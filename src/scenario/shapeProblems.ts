/** What the schema found, in words: the path, what was wrong, and the remedy that belongs to the field. */
import { z } from 'zod';
import { faultKindNames } from '../faults/faultKinds.js';
import { remedies } from './fields.js';
import { nearest, suggestion } from './nearest.js';
import type { PathStep, Problem } from './Problem.js';
import { scenarioSchema } from './schema.js';

type Issue = z.core.$ZodIssue;

/** @param input what was parsed, to show the offending value and to find the kind of a fault. */
export function shapeProblems(issues: readonly Issue[], input: unknown): Problem[] {
  return issues.flatMap((issue) => problemsOf(issue, input));
}

function problemsOf(issue: Issue, input: unknown): Problem[] {
  const path = issue.path as PathStep[];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey([...path, key], key, input));
    case 'invalid_key':
      return [
        {
          path,
          atKey: true,
          message: `"${String(path[path.length - 1])}" is not a valid key here`,
          remedy: 'write a broker id such as "1"',
        },
      ];
    case 'invalid_union':
      if (issue.discriminator === 'kind') return [unknownKind(path, input)];
      return [{ path, atKey: false, message: messageOf(issue, valueAt(input, path)), remedy: remedyAt(path, input) }];
    default:
      return [{ path, atKey: false, message: messageOf(issue, valueAt(input, path)), remedy: remedyOf(issue, path, input) }];
  }
}

function messageOf(issue: Issue, value: unknown): string {
  if (value === undefined) return 'is missing';
  if (issue.code === 'invalid_type') return `expected ${typeName(issue.expected)}, found ${shown(value)}`;
  if (issue.code === 'invalid_value' && issue.message.startsWith('Invalid')) return `${shown(value)} is not one of its values`;
  if (issue.code === 'too_small' || issue.code === 'too_big') {
    return issue.origin === 'array' ? 'the list must not be empty' : `${shown(value)} is out of range`;
  }
  return typeof value !== 'object' && issue.message.includes(String(value)) ? issue.message : `${issue.message}, found ${shown(value)}`;
}

function remedyOf(issue: Issue, path: readonly PathStep[], input: unknown): string {
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String);
    const given = valueAt(input, path);
    const near = typeof given === 'string' ? nearest(given, values) : undefined;
    const all = `write ${values.length === 1 ? '' : 'one of '}${values.join(', ')}`;
    return remedyAt(path, input) || (near === undefined ? all : `did you mean ${near}?`);
  }
  return remedyAt(path, input) || (issue.code === 'invalid_type' ? `write ${typeName(issue.expected)}` : '');
}

function unknownKey(path: readonly PathStep[], key: string, input: unknown): Problem {
  return { path, atKey: true, message: `unknown key "${key}"`, remedy: suggestion(key, keysAt(path.slice(0, -1), input)) };
}

function unknownKind(path: readonly PathStep[], input: unknown): Problem {
  const kind = valueAt(input, path);
  if (kind !== undefined) {
    return {
      path,
      atKey: false,
      message: `there is no fault of the kind ${shown(kind)}`,
      remedy: suggestion(String(kind), faultKindNames),
    };
  }
  const remedy = `write kind: and one of ${faultKindNames.join(', ')}`;
  return { path: path.slice(0, -1), atKey: false, message: 'the fault has no kind', remedy };
}

const typeNames: ReadonlyMap<string, string> = new Map([
  ['string', 'text'],
  ['boolean', 'true or false'],
  ['int', 'a whole number'],
  ['number', 'a number'],
  ['array', 'a list'],
  ['object', 'keys and values'],
  ['record', 'keys and values'],
]);

function typeName(type: string): string {
  return typeNames.get(type) ?? type;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (isRecord(value)) return 'keys and values';
  return typeof value === 'string' ? `"${value}"` : String(value);
}

// ---------------------------------------------------------------- walking data and schema along a path

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function valueAt(input: unknown, path: readonly PathStep[]): unknown {
  let value = input;
  for (const step of path) value = isRecord(value) || Array.isArray(value) ? (value as Record<PathStep, unknown>)[step] : undefined;
  return value;
}

/** The remedy nearest to the end of the path: of the value's own schema, else of what it is wrapped in. */
function remedyAt(path: readonly PathStep[], input: unknown): string {
  return schemaAt(path, input).remedy;
}

/** The keys allowed at a path. */
function keysAt(path: readonly PathStep[], input: unknown): string[] {
  const { schema } = schemaAt(path, input);
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape);
  const keys = schema instanceof z.ZodRecord ? schema.keyType : undefined;
  return keys instanceof z.ZodEnum ? keys.options.map(String) : [];
}

function schemaAt(path: readonly PathStep[], input: unknown): { schema: unknown; remedy: string } {
  let at = unwrap(scenarioSchema, input);
  let value = input;
  for (const step of path) {
    value = valueAt(value, [step]);
    at = unwrap(child(at.schema, step), value);
  }
  return at;
}

function child(schema: unknown, step: PathStep): unknown {
  if (schema instanceof z.ZodObject) return (schema.shape as Record<string, unknown>)[String(step)];
  if (schema instanceof z.ZodArray) return schema.element;
  return schema instanceof z.ZodRecord ? schema.valueType : undefined;
}

/** Takes off defaults and options, chooses the fault's kind, and keeps the first remedy met on the way. */
function unwrap(schema: unknown, value: unknown): { schema: unknown; remedy: string } {
  let inner = schema;
  let remedy = '';
  for (;;) {
    if (inner instanceof z.ZodType && remedy === '') remedy = remedies.get(inner)?.remedy ?? '';
    if (
      inner instanceof z.ZodOptional ||
      inner instanceof z.ZodNullable ||
      inner instanceof z.ZodDefault ||
      inner instanceof z.ZodPrefault
    ) {
      inner = inner.unwrap();
    } else if (inner instanceof z.ZodPipe) inner = inner.in;
    else if (inner instanceof z.ZodDiscriminatedUnion) inner = optionFor(inner, value);
    else return { schema: inner, remedy };
  }
}

function optionFor(union: z.ZodDiscriminatedUnion, value: unknown): unknown {
  const kind = isRecord(value) ? value['kind'] : undefined;
  return union.options.find((option) => option instanceof z.ZodObject && (option.shape['kind'] as z.ZodLiteral).value === kind);
}
