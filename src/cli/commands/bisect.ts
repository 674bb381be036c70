/** `trialrun bisect FILE`: one counterexample under every release, and the flag that makes the difference. */
import { runJob } from '../../explore/inquiry.js';
import { failureOf } from '../../explore/versions/target.js';
import { versionsInquiry } from '../../explore/versions/versions.js';
import { inquiryJson } from '../../report/json.js';
import { versionsText, type VersionsReport } from '../../report/versionsText.js';
import { badFile } from '../CliError.js';
import { commandText } from '../commandText.js';
import { EXIT, type ExitCode } from '../exitCodes.js';
import { investigate, type InvestigationOptions } from '../investigation.js';
import { columns, paint, print } from '../output.js';
import { loadScenario, warnEdited } from '../scenarioFile.js';

export interface BisectOptions extends InvestigationOptions {
  /** Of each variant. */
  runs: number;
  format: 'text' | 'json';
}

/** Exit code 0 once it has an answer, whatever that is. */
export async function bisect(path: string, options: BisectOptions): Promise<ExitCode> {
  const { scenario, found, intact } = await loadScenario(path);
  if (!intact) warnEdited(path);
  const aim = failureOf(scenario, found, (variant) => runJob({ scenario: variant }));
  if (aim === null) {
    throw badFile(
      `${path} shows no failure: nothing that it requires (${scenario.require.join(', ')}) is violated, neither as it is written nor by a change that it expects to fail`,
      `give a counterexample that ${commandText(['check'])} saved, or a lesson that fails (${commandText(['scenarios'])})`,
    );
  }
  const { answer, cutShort, cutShortText } = await investigate(versionsInquiry(scenario, aim.target, options.runs), options);
  const report: VersionsReport = {
    name: scenario.name,
    title: scenario.title,
    release: scenario.release,
    ...aim,
    runsEach: options.runs,
    ...answer,
    cutShort: cutShortText,
  };
  if (options.format === 'json') print(inquiryJson(report));
  else print(...versionsText(report, paint, columns()));
  return cutShort === 'interrupted' ? EXIT.interrupted : EXIT.held;
}
