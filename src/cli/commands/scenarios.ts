/** `trialrun scenarios`: the lessons, what each teaches and what it shows. */
import type { Expectation, Scenario } from '../../scenario/Scenario.js';
import { wrapped } from '../../report/textTable.js';
import { messageOf } from '../CliError.js';
import { EXIT, type ExitCode } from '../exitCodes.js';
import { columns, complaint, paint, print } from '../output.js';
import { loadScenario, scenarioFiles, scenariosFolder } from '../scenarioFile.js';
import { changeText } from '../../scenario/variation.js';

/** @param name one of them: told in full. */
export async function scenarios(name: string | undefined): Promise<ExitCode> {
  if (name !== undefined) {
    const { scenario, path } = await loadScenario(name);
    print(...wholeEntry(scenario, path), '', paint.faint(`Run it with: npx trialrun run ${nameOf(path)}`));
    return EXIT.held;
  }
  const folder = scenariosFolder();
  const files = scenarioFiles(folder);
  let exitCode: ExitCode = EXIT.held;
  for (const file of files) {
    try {
      const { scenario } = await loadScenario(file);
      print(...entry(scenario, file));
    } catch (error) {
      process.stderr.write(`${complaint(messageOf(error))}\n`);
      exitCode = EXIT.badFile;
    }
  }
  if (files.length === 0) print(`no scenarios in ${folder}`);
  else print('', paint.faint('What one teaches: npx trialrun scenarios NAME     Run it: npx trialrun run NAME'));
  return exitCode;
}

function nameOf(file: string): string {
  return file.replace(/\.(ya?ml|json|ts)$/, '').replace(/^.*[\\/]/, '');
}

function entry(scenario: Scenario, file: string): string[] {
  return [paint.strong(nameOf(file)), ...wrapped(scenario.title, columns(), '    ')];
}

function wholeEntry(scenario: Scenario, file: string): string[] {
  const catalogue = scenario.catalogue.length === 0 ? '' : paint.faint(`  ${scenario.catalogue.join(', ')}`);
  return [
    `${paint.strong(nameOf(file))}${catalogue}`,
    ...wrapped(scenario.title, columns(), '  '),
    ...wrapped(scenario.teaches, columns(), '  ').map((line) => paint.faint(line)),
    ...scenario.expect.flatMap((expectation) => wrapped(expectationText(expectation), columns(), '      ', '  ')),
  ];
}

function expectationText(expectation: Expectation): string {
  const verdicts = Object.entries(expectation.verdict).map(([name, verdict]) => {
    const colour = verdict === 'held' ? paint.good : verdict === 'violated' ? paint.bad : paint.doubtful;
    return `${name} ${colour(verdict)}`;
  });
  return `${changeText(expectation)}: ${verdicts.join(', ')}`;
}
