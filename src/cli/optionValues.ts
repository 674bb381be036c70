/** Values of options: each parser takes the text as typed and gives the value, or a usage error that names option, value and remedy. */
import { InvalidArgumentError } from 'commander';
import { kafkaReleases, compareReleases, type KafkaRelease } from '../kafka/protocol/release.js';
import { PRESETS, type KafkaFeatures } from '../kafka/protocol/features.js';
import type { Shard } from '../explore/seedBlocks.js';
import { suggestion } from '../scenario/nearest.js';

/** A whole number from `min` to `max`. */
export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  return (text) => {
    const value = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) throw new InvalidArgumentError(`Write a whole number ${range}.`);
    return value;
  };
}

const durationUnitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Wall-clock or simulated time such as `90s`, `2m`, `500ms`; a number alone is in seconds. In milliseconds. */
export function timeSpan(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text.trim());
  const ms = match === null ? Number.NaN : Number(match[1]) * (durationUnitsMs[match[2] ?? 's'] as number);
  if (!(ms > 0)) throw new InvalidArgumentError('Write a time such as 90s, 2m or 500ms.');
  return Math.round(ms);
}

/** `2/3`: the second of three parts. */
export function shard(text: string): Shard {
  const match = /^(\d{1,6})\/(\d{1,6})$/.exec(text.trim());
  const [index, of] = [Number(match?.[1] ?? 0), Number(match?.[2] ?? 0)];
  if (index < 1 || index > of) throw new InvalidArgumentError('Write which part of how many, such as 1/8 … 8/8.');
  return { index, of };
}

/** `10%`, `0.1` or `100%`, as a share of one. */
export function share(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text.trim());
  const value = match === null ? Number.NaN : Number(match[1]) / (match[2] === '%' ? 100 : 1);
  if (!(value > 0 && value <= 1)) throw new InvalidArgumentError('Write a share such as 10% or 0.1, at most 100%.');
  return value;
}

/** A release that can be simulated; any other Kafka version behaves like the newest of those before it. */
export function release(text: string): KafkaRelease {
  if (!/^\d+(\.\d+){0,3}$/.test(text)) throw new InvalidArgumentError(`Write one of ${kafkaReleases.join(', ')}.`);
  const known = kafkaReleases.filter((candidate) => compareReleases(candidate, text) <= 0).at(-1);
  if (known === undefined) throw new InvalidArgumentError(`The oldest that can be simulated is ${kafkaReleases[0]}.`);
  if (compareReleases(text, '4.0') >= 0) {
    throw new InvalidArgumentError('Kafka 4 runs without ZooKeeper, which is not simulated yet; write 3.9 or older.');
  }
  return known;
}

const truncationRules = ['high-watermark', 'kip-101', 'kip-279', 'kip-320', 'fetch'];

/** `truncation=kip-101`, `maximalIsr=false`; collects. */
export function feature(text: string, before: Partial<KafkaFeatures> | undefined): Partial<KafkaFeatures> {
  const [name = '', value = ''] = splitOnce(text, '=');
  const names = Object.keys(PRESETS['3.9']);
  if (!names.includes(name)) throw new InvalidArgumentError(`There is no feature "${name}": ${suggestion(name, names)}.`);
  if (name === 'truncation') {
    if (!truncationRules.includes(value)) throw new InvalidArgumentError(`Write truncation= and one of ${truncationRules.join(', ')}.`);
  } else if (value !== 'true' && value !== 'false') {
    throw new InvalidArgumentError(`Write ${name}=true or ${name}=false.`);
  }
  return { ...before, [name]: name === 'truncation' ? value : value === 'true' };
}

/** One of a few words. */
export function oneOf<const T extends readonly string[]>(values: T): (text: string) => T[number] {
  return (text) => {
    if (!values.includes(text)) throw new InvalidArgumentError(`Write one of ${values.join(', ')}.`);
    return text;
  };
}

/** Collects what a repeatable option was given. */
export function collect(text: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), text];
}

/** The text before the first separator and the text after it; undefined where there is none. */
export function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text.trim(), undefined] : [text.slice(0, at).trim(), text.slice(at + separator.length).trim()];
}
