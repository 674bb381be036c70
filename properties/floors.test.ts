import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { cruise } from 'dependency-cruiser';
import type { ICruiseOptions, ICruiseResult } from 'dependency-cruiser';
import { beforeAll, describe, expect, test } from 'vitest';

/**
 * The floor rules are on trial themselves: a small copy of the house under fixtures/floors breaks each of them once,
 * and beside every offender stands an import that is allowed.
 */
const root = fileURLToPath(new URL('..', import.meta.url));

/** `file > rule` for every violation found in the fixture house. */
let found: string[] = [];

beforeAll(async () => {
  const { forbidden, options } = createRequire(import.meta.url)(`${root}.dependency-cruiser.cjs`) as {
    forbidden: NonNullable<ICruiseOptions['ruleSet']>['forbidden'];
    options: ICruiseOptions & { enhancedResolveOptions: object };
  };
  const { enhancedResolveOptions, ...cruiseOptions } = options;
  const result = await cruise(
    ['src'],
    { ...cruiseOptions, ruleSet: { forbidden: forbidden ?? [] }, validate: true, baseDir: `${root}properties/fixtures/floors` },
    enhancedResolveOptions,
  );
  found = (result.output as ICruiseResult).summary.violations.map(({ from, rule }) => `${from} > ${rule.name}`).sort(byCodeUnit);
});

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

describe('the floor rules', () => {
  test.each([
    ['the engine imports Kafka', 'src/engine/reachesUp.ts > floor-engine'],
    ['Kafka imports a type of the judge', 'src/kafka/judgesItself.ts > floor-zookeeper-kafka-postgres-connect-streams'],
    ['the report imports the command line', 'src/report/asksCli.ts > floor-report-explore'],
    ['ZooKeeper imports Kafka', 'src/zookeeper/knowsKafka.ts > zookeeper-knows-no-kafka'],
    ['the engine imports a Node built-in', 'src/engine/readsFiles.ts > no-node-below-cli'],
    ['the engine imports an npm package other than seedrandom', 'src/engine/usesZod.ts > packages-engine'],
    ['a test beside the source imports more than test packages', 'src/kafka/chalky.test.ts > packages-in-tests'],
    ['two modules import each other', 'src/check/circleA.ts > no-circular'],
    ['code imports a test', 'src/check/importsTest.ts > no-test-imports'],
    ['a module uses the front door of its own house', 'src/report/usesFrontDoor.ts > front-door-from-outside'],
    ['a front door that browsers use imports the command line', 'src/opensCli.ts > library-without-node'],
    ['a folder has no floor', 'src/cli/usesAttic.ts > every-module-has-a-floor'],
    ['an import leads nowhere', 'src/zookeeper/leadsNowhere.ts > resolvable'],
  ])('report it when %s', (_what, violation) => {
    expect(found).toContain(violation);
  });

  test('report nothing else: downward imports, siblings, allowed packages and Node in cli stay silent', () => {
    const offenders = new Set(found.map((violation) => violation.split(' > ')[0]));
    const innocent = ['engine/usesSeedrandom', 'kafka/Broker', 'kafka/property.test', 'check/Verdict', 'report/page', 'cli/main', 'index'];
    for (const file of innocent) expect(offenders).not.toContain(`src/${file}.ts`);
  });
});
