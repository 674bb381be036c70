// The files of each folder of the gallery, and its card in the index, from the compiled code.
import { readFileSync } from 'node:fs';
import { analyse } from '../dist/cli/analyse.js';
import { commandText } from '../dist/cli/commandText.js';
import { subjectOf } from '../dist/cli/compareSubjects.js';
import { investigate } from '../dist/cli/investigation.js';
import { momentOfNoReturn } from '../dist/cli/momentOfNoReturn.js';
import { version } from '../dist/cli/version.js';
import { compareInquiry } from '../dist/explore/compare.js';
import { runTrial } from '../dist/explore/trial.js';
import { analysisDocument, documentFiles } from '../dist/report/analysis/analysisDocument.js';
import { comparisonDocument } from '../dist/report/analysis/comparisonDocument.js';
import { galleryPage, galleryReadme } from '../dist/report/analysis/galleryIndex.js';
import { settingsOnTrial } from '../dist/report/analysis/abstract.js';
import { headline } from '../dist/report/caseFile.js';
import { grouped } from '../dist/report/numbers.js';
import { runPage } from '../dist/report/page/runPage.js';
import { record, runReport } from '../dist/report/RunReport.js';
import { parseScenario } from '../dist/scenario/parse.js';
import { FUTURES, STUDY } from './galleryEntries.js';

const CALLED = { 'analysis.html': 'analysis', 'index.html': 'page of the run', 'scenario.yaml': 'scenario', 'analysis.md': 'Markdown' };

export async function analysisFolder({ folder, scenarios }) {
  const subjects = [];
  const files = [];
  for (const [i, name] of scenarios.entries()) {
    const file = i === 0 ? 'scenario.yaml' : `${name}.yaml`;
    const report = await withNoReturn(reportOf(shippedScenario(name), folder, file, `The scenario ${name}, which comes with Trialrun.`));
    const { subject, cutShort } = await analyse(report, i === 0 ? 'index.html' : '', STUDY);
    if (cutShort !== null) throw new Error(`${name}: ${subject.cutShort}`);
    subjects.push(subject);
    files.push([file, report.yaml], ...(i === 0 ? [['index.html', runPage(report)]] : []));
  }
  files.push(...documentFiles(analysisDocument(subjects, version)));
  return { files: inOrder(files), card: cardOf(folder, subjects, files) };
}

/** What held has no failure to be replayed: it is run. */
function reportOf(scenario, folder, file, origin) {
  const run = record(scenario);
  const replayCommand = commandText([run.result.judgement.findings.length > 0 ? 'replay' : 'run', `reports/${folder}/${file}`]);
  return runReport(run, { replayCommand, origin, version, notModelled: [], given: null, original: null, when: null });
}

/** With the probability of its failure over time, if it has one. */
async function withNoReturn(report) {
  if (report.failure === null) return report;
  const { report: when, cutShort } = await momentOfNoReturn(report.failure, { runs: FUTURES });
  if (cutShort !== null) throw new Error(`${report.run.scenario.name}: ${when.cutShort}`);
  return { ...report, when };
}

function cardOf(folder, subjects, files) {
  const [{ scenario, cases, report }] = subjects;
  const [open] = cases;
  return {
    folder,
    title: scenario.title,
    verdict: report.verdict,
    guarantees:
      open === undefined ? scenario.require : [...new Set(subjects.flatMap((one) => one.cases.map(({ finding }) => finding.guarantee)))],
    headline: open === undefined ? 'Nothing that was judged was violated.' : `${headline(open)}.`,
    configuration: [`Kafka ${scenario.release}`, ...settingsOnTrial(scenario)],
    remedy: open?.remedy ?? '',
    files: calledFiles(files),
  };
}

/** What a reader wants first comes first. */
function calledFiles(files) {
  return Object.entries(CALLED).filter(([name]) => files.some(([file]) => file === name));
}

/** The table of `trialrun compare`, and beside it the run of a seed in which the weakest of the configurations loses what the strongest keeps. */
export async function comparisonFolder({ folder, title, words, seeds, faults, notes }) {
  const subjects = [];
  for (const word of words) subjects.push(await subjectOf(word, { common: {}, firstSeed: 1, classes: faults }));
  const { answer, cutShortText } = await investigate(
    compareInquiry(
      subjects.map(({ scenarioOf }) => scenarioOf),
      seeds,
    ),
    {},
  );
  if (cutShortText !== '') throw new Error(`${folder}: ${cutShortText}`);
  const report = {
    labels: subjects.map(({ label, description }) => ({ label, description })),
    over: `seeds 1 to ${seeds}`,
    ...answer,
    cutShort: '',
  };
  const command = commandText(['compare', ...words, '--seeds', String(seeds), '--faults', faults.join(',')]);
  const files = [
    ...losingRun(folder, subjects, seeds),
    ...documentFiles(comparisonDocument({ title, report, faults, command, notes, version })),
  ];
  const card = {
    ...{ folder, title, verdict: 'compared', guarantees: [], configuration: report.labels.map(({ label }) => label), remedy: '' },
    headline: `Acknowledged and then lost in ${seeds} seeds: ${report.subjects.map(({ cost }, i) => `${grouped(cost.lost)} with ${report.labels[i].label}`).join(', ')}.`,
    files: calledFiles(files),
  };
  return { files: inOrder(files), card };
}

/** Of the first seed in which the second subject (acks=1) loses a record. */
function losingRun(folder, [, subject], seeds) {
  for (let index = 0; index < seeds; index++) {
    const scenario = { ...subject.scenarioOf(index), name: folder, require: ['no-acknowledged-loss'] };
    if (runTrial(scenario).judgement.findings.every(({ guarantee }) => guarantee !== 'no-acknowledged-loss')) continue;
    const origin = `Seed ${scenario.seed} of the comparison, as ${subject.label} fares in it.`;
    const report = reportOf({ ...scenario, title: `Seed ${scenario.seed} under ${subject.label}` }, folder, 'scenario.yaml', origin);
    return [
      ['scenario.yaml', report.yaml],
      ['index.html', runPage(report)],
    ];
  }
  throw new Error(`${folder}: no seed in which ${subject.label} loses a record`);
}

export function indexFiles(cards) {
  return [
    ['index.html', galleryPage(cards, version)],
    ['README.md', galleryReadme(cards, ABOUT)],
  ];
}

const ABOUT = [
  'Your own failing runs are written here too, one folder each (`--out` sends them elsewhere): git ignores them, and only the folders named above are kept.',
  'How a report is made, and what it holds: [docs/reports.md](../docs/reports.md). `npm run gallery` writes this folder anew; `npm run gallery -- --check` compares.',
].join(' ');

function shippedScenario(name) {
  const file = new URL(`../scenarios/${name}.yaml`, import.meta.url);
  const parsed = parseScenario(readFileSync(file, 'utf8'), `scenarios/${name}.yaml`);
  if (!parsed.ok) throw new Error(`scenarios/${name}.yaml is no scenario`);
  return parsed.scenario;
}

function inOrder(files) {
  return [...files].sort(([a], [b]) => (a < b ? -1 : 1));
}
