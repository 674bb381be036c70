// One line per run, `name hash judgement`, over a mixture of runs as wide as a build server has time for: every scenario that comes with Trialrun, seeds of the
// recommended configuration, of groups and transactions of every kind, of other releases and sizes. With the name of a run: every event of that run instead.
// tools/nodeVersions.js compares what different processes and Node versions say. Needs a fresh dist/.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { configurationFrom } from '../dist/cli/configurationOptions.js';
import { eventText } from '../dist/engine/events.js';
import { applicationNames } from '../dist/explore/applications.js';
import { summarize } from '../dist/explore/trialSummary.js';
import { generateScenario } from '../dist/explore/generate.js';
import { runTrial } from '../dist/explore/trial.js';
import { FAULT_CLASSES } from '../dist/faults/Fault.js';
import { kafkaReleases } from '../dist/kafka/protocol/release.js';
import { parseScenario } from '../dist/scenario/parse.js';

const scenarios = new URL('../scenarios/', import.meta.url);

/** Name of a run, and what gives its scenario. */
function* runs() {
  for (const file of readdirSync(scenarios).sort((a, b) => (a < b ? -1 : 1))) {
    if (file.endsWith('.yaml'))
      yield [file.slice(0, -5), () => parseScenario(readFileSync(new URL(file, scenarios), 'utf8'), file).scenario];
  }
  yield* seeds('default', {}, 40);
  for (const application of applicationNames) yield* seeds(application, { application, members: 3, transactional: 2 }, 2);
  yield* seeds('kip-848', { application: 'commit-after', members: 3, feature: { consumerGroupProtocol: true } }, 3);
  yield* seeds('transaction-v2', { transactional: 4, feature: { transactionV2: true } }, 3);
  for (const kafka of kafkaReleases) yield* seeds(`kafka-${kafka}`, { kafka }, 2);
  yield* seeds('swarm', { swarm: true }, 12);
  yield* seeds('one-broker', { brokers: 1 }, 3);
  yield* seeds('seven-brokers', { brokers: 7, topic: ['a:partitions=9,replication-factor=5', 'b:partitions=1'] }, 3);
}

function* seeds(name, options, count) {
  const { configuration } = configurationFrom(options);
  for (let seed = 1; seed <= count; seed++) yield [`${name}-${seed}`, () => generateScenario(configuration, String(seed), FAULT_CLASSES)];
}

const [wanted] = process.argv.slice(2);
for (const [name, scenarioOf] of runs()) {
  if (wanted !== undefined && name !== wanted) continue;
  const scenario = scenarioOf();
  const result = runTrial(scenario, { record: wanted !== undefined });
  if (wanted === undefined) {
    const judgement = createHash('sha256')
      .update(JSON.stringify(summarize(scenario, result)))
      .digest('hex');
    process.stdout.write(`${name} ${result.hash} ${judgement.slice(0, 8)}\n`);
  } else {
    process.stdout.write(
      result.recorder
        .slice()
        .map((event) => `${eventText(event)}\n`)
        .join(''),
    );
  }
}
