/** `trialrun explain FILE`: runs a scenario and tells what happened to what was lost. */
import { runTrial } from '../../explore/trial.js';
import { faultTexts, findingToTell, headline, openCase, siteTexts } from '../../report/caseFile.js';
import { secondsText } from '../../report/numbers.js';
import { runVerdict } from '../../report/runText.js';
import { wrapped } from '../../report/textTable.js';
import { EXIT, type ExitCode } from '../exitCodes.js';
import { columns, paint, print } from '../output.js';
import { loadScenario, warnEdited } from '../scenarioFile.js';
import { exitOf } from './run.js';

export async function explain(path: string): Promise<ExitCode> {
  const { scenario, found, intact } = await loadScenario(path);
  if (!intact) warnEdited(path);
  const result = runTrial(scenario, { record: true });
  const verdict = runVerdict(result.judgement, scenario.require);
  const guarantee = [found?.guarantee, ...scenario.require, ...result.judgement.findings.map((finding) => finding.guarantee)].find(
    (name) => name !== undefined && findingToTell(result, name) !== undefined,
  );
  const finding = guarantee === undefined ? undefined : findingToTell(result, guarantee);
  print(paint.strong(scenario.title === '' ? scenario.name : scenario.title));
  if (finding === undefined) {
    print('', 'Nothing went wrong in this run, so there is nothing to explain.', paint.faint(`hash ${result.hash}`));
    return exitOf[verdict];
  }
  const open = openCase(scenario, result, finding);
  const width = columns();
  print('', ...wrapped(`${paint.bad(finding.guarantee)}: ${headline(open)}.`, width), '');
  print(
    ...open.story.flatMap(({ timeUs, text }) =>
      wrapped(text, width, ' '.repeat(17), `  ${paint.faint(secondsText(timeUs, 6).padStart(13))}  `),
    ),
  );
  const faults = faultTexts(open);
  print('', ...wrapped(`Faults: ${faults.length === 0 ? 'none' : faults.join('; ')}.`, width, '        ', ''));
  const sites = siteTexts(open);
  if (sites.length > 0) print(...wrapped(`Buggify sites: ${sites.join('; ')}.`, width, '               ', ''));
  if (open.because !== '') print(...wrapped(`Why: ${open.because} (${open.source}).`, width, '     ', ''));
  if (open.remedy !== '') print(...wrapped(`${paint.good('Remedy:')} ${open.remedy}`, width, '        ', ''));
  print(paint.faint(`hash ${result.hash}`));
  return verdict === 'held' ? EXIT.violated : exitOf[verdict];
}
