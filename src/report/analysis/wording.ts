/** Small words: numbers spelled out, durations, and shares of runs. */
import { wilson } from '../../explore/statistics.js';
import type { Count } from '../../explore/inquiry.js';
import { formatDuration } from '../../scenario/durations.js';
import { intervalText } from '../counts.js';
import { grouped } from '../numbers.js';

const NUMBERS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];

/** `two`, `13`. */
export function spelled(count: number): string {
  return NUMBERS[count] ?? grouped(count);
}

/** `one fault`, `two faults`, `13 faults`; `no faults`. */
export function several(count: number, one: string, many = `${one}s`): string {
  return `${spelled(count)} ${count === 1 ? one : many}`;
}

/** `27 of 40 schedules (95 % interval 52–80 %)`. */
export function shareText({ failures, runs }: Count): string {
  return `${failures} of ${runs} schedules (95 % interval ${intervalText(wilson(failures, runs))})`;
}

/** `150 µs`, `1.5 s`: a duration of a scenario file as people write it. */
export function durationText(us: number): string {
  return formatDuration(us)
    .replace(/(\d)us$/, '$1 µs')
    .replace(/(\d)(ms|s|m|h)$/, '$1 $2');
}
