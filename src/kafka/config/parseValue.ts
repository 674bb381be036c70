/**
 * One property's text to its value, by the rules of Kafka's ConfigDef: white space around it does not count, numbers are plain decimal,
 * booleans are true or false in any case, bounds and choices hold.
 */
import { INT_MAX, LONG_MAX } from './definition.js';
import type { ConfigDefinition, ConfigType, ConfigValue } from './definition.js';

/** Either a value, or what is wrong and what would be right. */
export type ParsedValue = { readonly value: ConfigValue } | { readonly message: string; readonly remedy: string };

export function parseValue(definition: ConfigDefinition, text: string): ParsedValue {
  const trimmed = text.trim();
  switch (definition.type) {
    case 'boolean':
      return parseBoolean(trimmed);
    case 'short':
    case 'int':
    case 'long':
    case 'double':
      return parseNumber(definition, trimmed);
    case 'list':
      return parseList(definition, trimmed);
    case 'string':
    case 'class':
    case 'password':
      return checkChoice(definition, trimmed, [trimmed]);
  }
}

function parseBoolean(text: string): ParsedValue {
  const lower = text.toLowerCase();
  if (lower === 'true') return { value: true };
  if (lower === 'false') return { value: false };
  return { message: `expected a boolean, found ${quoted(text)}`, remedy: 'write true or false' };
}

function parseNumber(definition: ConfigDefinition, text: string): ParsedValue {
  const range = rangeOf(definition);
  const pattern = definition.type === 'double' ? /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/ : /^[+-]?\d+$/;
  if (!pattern.test(text)) {
    const what = definition.type === 'double' ? 'a number' : 'a whole number';
    return { message: `expected ${what}, found ${quoted(text)}`, remedy: `write ${what} ${describeRange(definition)}, without a unit` };
  }
  const value = Number(text);
  if (value < range.min || value > range.max) {
    return { message: `${text} is out of range`, remedy: `write a number ${describeRange(definition)}` };
  }
  return { value: definition.type === 'long' ? Math.min(value, LONG_MAX) : value };
}

function parseList(definition: ConfigDefinition, text: string): ParsedValue {
  const items = text === '' ? [] : text.split(',').map((item) => item.trim());
  const checked = checkChoice(definition, items.join(','), items);
  return checked;
}

function checkChoice(definition: ConfigDefinition, value: string, items: readonly string[]): ParsedValue {
  const choices = definition.oneOf;
  if (choices === undefined) return { value };
  for (const item of items) {
    // Kafka is strict with some and not with others; a difference of case in a property without effect is not worth an error.
    const known = choices.some((choice) => choice === item || (!definition.modelled && choice.toLowerCase() === item.toLowerCase()));
    if (!known) return { message: `${quoted(item)} is not a value of it`, remedy: `write one of ${choices.join(', ')}` };
  }
  return { value };
}

function rangeOf(definition: ConfigDefinition): { min: number; max: number } {
  const whole = limitsOf(definition.type);
  return { min: definition.min ?? whole.min, max: definition.max ?? whole.max };
}

function limitsOf(type: ConfigType): { min: number; max: number } {
  if (type === 'short') return { min: -32_768, max: 32_767 };
  if (type === 'int') return { min: -INT_MAX - 1, max: INT_MAX };
  // Java's Long.MAX_VALUE reads as 2^63 in a double: allowed, and then "never".
  if (type === 'long') return { min: -9_223_372_036_854_775_808, max: 9_223_372_036_854_775_808 };
  return { min: -Number.MAX_VALUE, max: Number.MAX_VALUE };
}

function describeRange(definition: ConfigDefinition): string {
  const { min, max } = definition;
  if (min !== undefined && max !== undefined) return `from ${min} to ${max}`;
  if (definition.type === 'int' || definition.type === 'short') {
    const range = rangeOf(definition);
    return `from ${range.min} to ${range.max}`;
  }
  if (min !== undefined) return `of at least ${min}`;
  return 'in decimal';
}

function quoted(text: string): string {
  return `"${text}"`;
}
