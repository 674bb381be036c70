/** `trialrun scenarios`: the lessons, what each teaches and what it shows. */
import { relative } from 'node:path';
import type { Expectation, Scenario } from '../../scenario/Scenario.js';
import { wrapped } from '../../report/textTable.js';
import { messageOf } from '../CliError.js';
import { EXIT, type ExitCode } from '../exitCodes.js';
import { columns, complaint, paint, print } from '../output.js';
import { loadScenario, scenarioFiles, scenariosFolder } from '../scenarioFile.js';
import { changeText } from '../variation.js';

export async function scenarios(): Promise<ExitCode> {
  const folder = scenariosFolder();
  const files = scenarioFiles(folder);
  let exitCode: ExitCode = EXIT.held;
  for (const file of files) {
    try {
      const { scenario } = await loadScenario(file);
      print(...entry(scenario, relative(folder, file)), '');
    } catch (error) {
      process.stderr.write(`${complaint(messageOf(error))}\n`);
      exitCode = EXIT.badFile;
    }
  }
  if (files.length === 0) print(`no scenarios in ${folder}`);
  else print(paint.faint('Run one with: npx trialrun run NAME'));
  return exitCode;
}

function entry(scenario: Scenario, file: string): string[] {
  const name = file.replace(/\.(ya?ml|json|ts)$/, '').replace(/^.*[\\/]/, '');
  const catalogue = scenario.catalogue.length === 0 ? '' : paint.faint(`  ${scenario.catalogue.join(', ')}`);
  const lines = [
    `${paint.strong(name)}${catalogue}`,
    ...wrapped(scenario.title, columns(), '  '),
    ...wrapped(scenario.teaches, columns(), '  ').map((line) => paint.faint(line)),
  ];
  return [...lines, ...scenario.expect.map((expectation) => `  ${expectationText(expectation)}`)];
}

function expectationText(expectation: Expectation): string {
  const verdicts = Object.entries(expectation.verdict).map(([name, verdict]) => {
    const colour = verdict === 'held' ? paint.good : verdict === 'violated' ? paint.bad : paint.doubtful;
    return `${name} ${colour(verdict)}`;
  });
  return `${changeText(expectation)}: ${verdicts.join(', ')}`;
}
