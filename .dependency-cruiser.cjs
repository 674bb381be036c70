// The floors of the house: imports point only downwards.
//
//   src/*.ts             the library's front door (nothing inside may import it)
//   cli · vitest         (vitest: what the matcher and the reporter are made of)
//   library              what the front door hands out, in the words of its users
//   report · explore
//   check · workload · faults · scenario
//   zookeeper · kafka · postgres · connect · streams     (the systems under test)
//   engine
//
// Modules on one floor may import each other, but never in a circle. Only cli and vitest may touch Node itself: everything below
// must also run in a browser, and must not reach real clocks, files or threads.
const floors = [
  ['engine'],
  ['zookeeper', 'kafka', 'postgres', 'connect', 'streams'],
  ['check', 'workload', 'faults', 'scenario'],
  ['report', 'explore'],
  ['library'],
  ['cli', 'vitest'],
];
const inside = (rooms) => `^src/(${rooms.join('|')})/`;
const belowCli = floors.slice(0, -1).flat();

const floorRules = floors.slice(0, -1).map((rooms, level) => ({
  name: `floor-${rooms.join('-')}`,
  comment: `src/{${rooms.join(',')}} may not import from a floor above: imports point only downwards.`,
  severity: 'error',
  from: { path: inside(rooms) },
  to: { path: inside(floors.slice(level + 1).flat()) },
}));

/** Which npm packages a room may use; a room that is not named may use none. */
const packages = { engine: ['seedrandom'], scenario: ['zod', 'yaml'], explore: ['fast-check'], report: ['d3-scale', 'd3-shape'] };
const testFile = '\\.test\\.ts$';
const testPackages = ['vitest', 'fast-check', 'zod', 'yaml'];
const packagePath = (names) => `(^|/)node_modules/(@types/)?(${names.join('|')})/`;
const anyPackage = '(^|/)node_modules/';

const packageRules = belowCli.map((room) => ({
  name: `packages-${room}`,
  comment: `src/${room} may import ${packages[room]?.join(', ') ?? 'no npm package'}.`,
  severity: 'error',
  from: { path: inside([room]), pathNot: testFile },
  to: packages[room] ? { path: anyPackage, pathNot: packagePath(packages[room]) } : { path: anyPackage },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...floorRules,
    ...packageRules,
    {
      name: 'packages-in-tests',
      comment: `A test beside the source may add ${testPackages.join(', ')}, nothing else.`,
      severity: 'error',
      from: { path: inside(belowCli), pathNot: `^src/(?!.*${testFile})` },
      to: { path: anyPackage, pathNot: packagePath([...testPackages, 'seedrandom']) },
    },
    {
      name: 'zookeeper-knows-no-kafka',
      comment: 'Kafka is a client of ZooKeeper; ZooKeeper knows nothing of Kafka.',
      severity: 'error',
      from: { path: inside(['zookeeper']) },
      to: { path: inside(['kafka', 'postgres', 'connect', 'streams']) },
    },
    {
      name: 'kafka-knows-no-neighbours',
      comment: 'Connect, Streams and the database are clients of Kafka; Kafka knows nothing of them.',
      severity: 'error',
      from: { path: inside(['kafka']) },
      to: { path: inside(['postgres', 'connect', 'streams']) },
    },
    {
      name: 'no-node-below-cli',
      comment: 'Only src/cli may import Node built-ins.',
      severity: 'error',
      from: { path: inside(belowCli) },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'front-door-from-outside',
      comment: 'src/*.ts is the front door for users of the library; modules inside import each other directly.',
      severity: 'error',
      from: { path: '^src/[^/]+/' },
      to: { path: '^src/[^/]+\\.ts$' },
    },
    {
      name: 'library-without-node',
      comment: 'Front doors must also run in a browser, those for vitest aside: nothing of the command line or of vitest.',
      severity: 'error',
      from: { path: '^src/(?!vitest)[^/]+\\.ts$' },
      to: { path: '^src/(cli|vitest)/' },
    },
    {
      name: 'every-module-has-a-floor',
      comment: 'A new folder under src/ must be given its floor in this file.',
      severity: 'error',
      from: {},
      to: { path: '^src/[^/]+/', pathNot: inside(floors.flat()) },
    },
    {
      name: 'no-test-imports',
      comment: 'Code may not import a test.',
      severity: 'error',
      from: { path: '^src/', pathNot: testFile },
      to: { path: testFile },
    },
    { name: 'no-circular', comment: 'No circles, anywhere.', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'resolvable',
      comment: 'Every import must lead somewhere, and to a declared dependency.',
      severity: 'error',
      from: {},
      // An optional peer (vitest) counts as undeclared, although it is declared twice.
      to: { dependencyTypes: ['unknown', 'undetermined', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm-peer'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: `${__dirname}/tsconfig.json` },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
};
