/** A change in words: settings as `--set` takes them, protocol flags as `--feature` does, and what an application does otherwise. */
import { changeText, type Change } from '../../scenario/variation.js';
import { code, joined, type Inline, type Text } from './Document.js';

const commits = {
  auto: 'enable.auto.commit=true',
  before: 'commits before processing',
  after: 'commits after processing',
  transaction: 'commits offsets with its output, in one transaction',
  never: 'never commits',
} as const;

export function changeWords(change: Change): Text {
  const { application = {}, features = {}, ...rest } = change;
  const settings: Inline[] = changeText(rest) === 'as written' ? [] : [code(changeText(rest))];
  const flags = Object.entries(features).map(([name, value]): Text => ['protocol flag ', code(`${name}=${String(value)}`)]);
  const { commit, commitMode, workers } = application;
  const does = [
    ...(commit === undefined ? [] : [commits[commit]]),
    ...(commitMode === undefined ? [] : [commitMode === 'sync' ? 'commits with commitSync' : 'commits with commitAsync']),
    ...(workers === undefined ? [] : [workers === 0 ? 'processes in the poll loop' : `processes with ${workers} workers`]),
  ];
  return joined([...settings, ...flags, ...(does.length === 0 ? [] : [['an application that ', ...joined(does)]])]);
}
