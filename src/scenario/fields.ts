/** Building blocks of the scenario schema: durations, names, ids and Kafka properties, each with the remedy for a wrong value. */
import { z } from 'zod';
import { DURATION_PATTERN, parseDuration } from './durations.js';

/** What to do about a wrong value, by schema. */
export const remedies = z.registry<{ remedy: string }>();

/** Attaches a remedy and a description to a schema. */
export function field<S extends z.ZodType>(schema: S, description: string, remedy?: string): S {
  const described = schema.describe(description);
  if (remedy !== undefined) remedies.add(described, { remedy });
  return described;
}

const durationRemedy = 'write a duration such as 2s, 150ms or 80us; a number alone is in milliseconds';

/** A duration of at least 0 (or of any sign), in microseconds after parsing. */
export function duration(description: string, signed = false): z.ZodType<number, string | number> {
  const pattern = signed ? DURATION_PATTERN : new RegExp(DURATION_PATTERN.source.replace('-?', ''));
  const written = z.string().regex(pattern, { error: 'expected a duration', abort: true });
  const schema = z
    .union([written, signed ? z.number() : z.number().min(0)], { error: 'expected a duration' })
    .refine((value) => parseDuration(value) !== undefined, { error: 'expected a whole number of microseconds' })
    .transform((value) => parseDuration(value) ?? 0);
  return field(schema, description, durationRemedy);
}

export function integer(description: string, min: number, max: number): z.ZodInt {
  const range = max < Number.MAX_SAFE_INTEGER ? `from ${min} to ${max}` : `of at least ${min}`;
  return field(z.int().min(min).max(max), description, `write a whole number ${range}`);
}

export function chance(description: string): z.ZodNumber {
  return field(z.number().min(0).max(1), description, 'write a probability from 0 to 1');
}

export function text(description: string): z.ZodString {
  return field(z.string(), description, 'write text');
}

export function oneOf<const T extends readonly string[]>(values: T, description: string): z.ZodEnum<{ [V in T[number]]: V }> {
  return field(z.enum(values), description) as z.ZodEnum<{ [V in T[number]]: V }>;
}

/** Names that end up in files, streams of chance and targets. */
export function identifier(description: string): z.ZodString {
  return field(
    z.string().regex(/^[A-Za-z0-9._-]+$/, { error: 'expected a name' }),
    description,
    'use letters, digits, dots, hyphens and underscores',
  );
}

/** Broker id, role, client, server or group. */
export function target(description: string): z.ZodUnion<[z.ZodInt, z.ZodString]> {
  return field(
    z.union([z.int().min(1), z.string()], { error: 'expected a target' }),
    description,
    'write a broker id such as 1, or a role such as "leader of orders-0" or controller',
  );
}

const property = field(
  z.union([z.string(), z.number(), z.boolean()], { error: 'expected a value' }),
  'value of the property',
  'write text, a number, true or false',
);

/** Kafka properties; their names and values are checked against Kafka's own definitions later. */
export function properties(description: string): z.ZodDefault<z.ZodRecord<z.ZodString, typeof property>> {
  return z.record(z.string(), property).default({}).describe(description);
}
