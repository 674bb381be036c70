/** The file form of faults, made from the fields that each kind declares. */
import { z } from 'zod';
import type { FaultKindName } from '../faults/Fault.js';
import { faultKind, faultKindNames } from '../faults/faultKinds.js';
import type { FieldSpec } from '../faults/FieldSpec.js';
import { formatDuration } from './durations.js';
import { chance, duration, field, identifier, integer, oneOf, target, text } from './fields.js';

/** A field's name in a file: durations lose their unit. */
export function fileFieldName(name: string, spec: FieldSpec): string {
  return spec.type === 'duration' ? name.replace(/Us$/, '') : name;
}

const trigger = z
  .strictObject({
    event: text('name of an event type, such as leader-elected'),
    where: field(
      z.record(z.string(), z.union([z.number(), z.string()], { error: 'expected text or a number' })).optional(),
      'fields that must be equal, such as partition: orders-0',
      'write fields and values, such as {partition: orders-0}',
    ),
    count: integer('which of the matching events begins the fault; the first unless given', 1, 1_000_000).optional(),
    after: duration('time from the event to the fault').optional(),
  })
  .describe('begins the fault at an event instead of a time');

/** The schema of one kind's faults. */
function kindSchema(name: FaultKindName): z.ZodObject {
  const kind = faultKind(name);
  const shape: Record<string, z.ZodType> = {
    kind: field(z.literal(name), kind.summary),
    id: identifier('unique in the scenario; f1, f2, … unless given').optional(),
    at: duration('when it begins, from the start of the run').optional(),
    on: trigger.optional(),
  };
  if (!kind.instant) shape['for'] = duration('how long it lasts; until the healing unless given').nullable().optional();
  for (const [own, spec] of Object.entries<FieldSpec>(kind.fields)) shape[fileFieldName(own, spec)] = withDefault(fieldSchema(spec), spec);
  return z.strictObject(shape).describe(kind.summary);
}

function withDefault(schema: z.ZodType, spec: FieldSpec): z.ZodType {
  if (spec.default === undefined) return schema;
  // Durations are transformed: their default is given as text, as in a file.
  if (spec.type === 'duration') return (schema as z.ZodType<number, string>).prefault(formatDuration(spec.default as number));
  return (spec.default === null ? schema.nullable() : schema).default(spec.default);
}

function fieldSchema(spec: FieldSpec): z.ZodType {
  const { about } = spec;
  switch (spec.type) {
    case 'broker':
    case 'node':
      return target(about);
    case 'brokers':
    case 'nodes':
      return field(z.array(target('one of them')), about, 'write a list such as [1, controller]');
    case 'broker-ids':
    case 'servers':
      return field(z.array(integer('one of them', 1, 100_000)).min(1), about, 'write a list such as [1, 2]');
    case 'clients':
      return field(z.array(text('one of them')), about, 'write a list such as [p1, c1]');
    case 'client':
    case 'group':
    case 'partition':
    case 'topic':
      return text(about);
    case 'partitions':
      return field(z.array(text('one of them')), about, 'write a list such as [orders-0, orders-1]');
    case 'duration':
      return duration(about, spec.signed);
    case 'integer':
      return integer(about, spec.min, spec.max);
    case 'chance':
      return chance(about);
    case 'one-of':
      return oneOf(spec.values, about);
    case 'some-of':
      return field(z.array(oneOf(spec.values, 'one of them')).min(1), about, `write a list of ${spec.values.join(', ')}`);
  }
}

const kinds = faultKindNames.map(kindSchema);

/** Any fault, told apart by `kind`. */
export const faultSchema = z.discriminatedUnion('kind', kinds as [z.ZodObject, ...z.ZodObject[]]);
