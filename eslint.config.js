import tseslint from 'typescript-eslint';

// The determinism fence: what code below src/cli may not touch, because the same seed must give the same run for ever,
// on every machine and Node version. The runtime counterpart is properties/poisonedGlobals.ts.

const ambientGlobals = [
  ...['Date', 'performance', 'setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate'],
  ...['queueMicrotask', 'process', 'global', 'globalThis', 'window', 'self', 'crypto', 'Crypto', 'Intl', 'WeakRef', 'FinalizationRegistry'],
  ...['fetch', 'Atomics', 'SharedArrayBuffer', 'Worker', 'MessageChannel', 'BroadcastChannel', 'AbortSignal', 'WebSocket'],
  ...['Buffer', 'require', 'module', '__dirname', '__filename', 'navigator', 'console', 'eval', 'Function'],
];

// Math.pow and `**` gave other bits on Node 24 than on Node 22; nothing in the language promises the rest of them either.
const unstableMath = [
  ...['random', 'pow', 'exp', 'expm1', 'log', 'log1p', 'log2', 'log10', 'cbrt', 'hypot', 'sin', 'cos', 'tan', 'asin', 'acos', 'atan'],
  ...['atan2', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh'],
];

// Collation and number formatting depend on the ICU data and the locale of the machine.
const localeMethods = [
  'localeCompare',
  'toLocaleString',
  'toLocaleLowerCase',
  'toLocaleUpperCase',
  'toLocaleDateString',
  'toLocaleTimeString',
];

const nodeBuiltins =
  '^(node:.*|(assert|async_hooks|buffer|child_process|cluster|console|constants|crypto|dgram|diagnostics_channel|dns|domain|events|fs|' +
  'http|http2|https|inspector|module|net|os|path|perf_hooks|process|punycode|querystring|readline|repl|stream|string_decoder|timers|' +
  'tls|trace_events|tty|url|util|v8|vm|wasi|worker_threads|zlib)(/.*)?)$';

const simulatedTime = 'Simulated time comes from the clock, and everything runs in scheduled callbacks:';
const fencedSyntax = [
  { selector: 'AwaitExpression', message: `${simulatedTime} no await.` },
  { selector: ':function[async=true]', message: `${simulatedTime} no async functions.` },
  { selector: 'ForOfStatement[await=true]', message: `${simulatedTime} no for await.` },
  { selector: "Identifier[name='Promise']:not(TSTypeReference > Identifier)", message: `${simulatedTime} no Promise.` },
  { selector: "NewExpression[callee.name='Date']", message: `${simulatedTime} no Date.` },
  { selector: 'ImportExpression', message: `${simulatedTime} no import().` },
  { selector: 'ForInStatement', message: 'Key order surprises (integer-like keys come first): iterate a Map or an array.' },
  { selector: "BinaryExpression[operator='**']", message: '`**` gives other bits on other Node versions: multiply.' },
  { selector: "AssignmentExpression[operator='**=']", message: '`**` gives other bits on other Node versions: multiply.' },
  {
    selector: 'CallExpression[arguments.length=0][callee.property.name=/^(sort|toSorted)$/]',
    message: 'Give sort a comparator that is a total order: the default one compares strings.',
  },
  {
    selector: ":not(MemberExpression[computed=false]) > Identifier[name='Math']",
    message: 'Do not alias or index Math: it hides Math.random.',
  },
  { selector: "MemberExpression[computed=false][property.name='stack']", message: 'Stack traces differ between runs and versions.' },
  {
    selector: "MemberExpression[computed=false][property.name='captureStackTrace']",
    message: 'Stack traces differ between runs and versions.',
  },
];

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', '.bench/', 'node_modules/', 'reports/', 'properties/fixtures/'] },
  ...tseslint.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      'prefer-const': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' }],
    },
  },
  { files: ['**/*.cjs'], languageOptions: { globals: { module: 'writable', require: 'readonly', __dirname: 'readonly' } } },
  {
    name: 'trialrun/typed',
    files: ['src/**/*.ts', 'properties/**/*.ts', 'tools/**/*.ts', 'bench/**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/require-array-sort-compare': ['error', { ignoreStringArrays: false }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    name: 'trialrun/public-exports',
    files: ['src/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: { '@typescript-eslint/explicit-module-boundary-types': 'error' },
  },
  {
    name: 'trialrun/determinism-fence',
    files: ['src/**/*.ts'],
    ignores: ['src/cli/**', 'src/vitest/**', 'src/vitest*.ts', '**/*.test.ts'],
    rules: {
      'no-eval': 'error',
      'no-new-func': 'error',
      'no-restricted-globals': ['error', { globals: ambientGlobals, checkGlobalObject: true }],
      'no-restricted-properties': [
        'error',
        ...unstableMath.map((property) => ({
          object: 'Math',
          property,
          message: 'Chance comes from named streams; only + - * / and sqrt are exact.',
        })),
        ...localeMethods.map((property) => ({ property, message: 'Locale-dependent: compare code units.' })),
      ],
      'no-restricted-imports': ['error', { patterns: [{ regex: nodeBuiltins, message: 'Only src/cli may import Node built-ins.' }] }],
      'no-restricted-syntax': ['error', ...fencedSyntax],
    },
  },
);
