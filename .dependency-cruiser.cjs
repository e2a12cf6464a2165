// Who may import whom. The folders are explained in the README under "How it works". What this parser does not tell apart, types from
// values, and which modules of Node compute only, is held to by test/side-effects.test.ts.
const only = (from, allowed, why) => ({
  name: `${from}-imports`,
  comment: why,
  severity: 'error',
  from: { path: `^src/${from}` },
  to: { path: '^src/', pathNot: [`^src/${from}`, ...allowed.map((path) => `^src/${path}`)] },
});

const home = (library, file) => ({
  name: `one-home-for-${library}`,
  comment: `${library} is used in one place, so that it can be replaced there`,
  severity: 'error',
  from: { path: '^src/', pathNot: file },
  to: { path: `node_modules/${library}/` },
});

const homes = {
  '@coderabbitai/bitbucket': '^src/sandbox/cloud/cloud-schemas\\.ts$',
  'fastest-levenshtein': '^src/cli/suggestion\\.ts$',
  fastify: '^src/(auth/callback-server\\.ts$|sandbox/)',
  'https-proxy-agent': '^src/system/proxy-tunnels\\.ts$',
  keytar: '^src/system/keytar\\.ts$',
  minimatch: '^src/bitbucket/\\w+-globs\\.ts$',
  'node-fetch': '^src/system/http\\.ts$',
  'oauth-1.0a': '^src/oauth1/signature\\.ts$',
  oauth4webapi: '^src/oauth2/',
  open: '^src/system/browser\\.ts$',
  'proper-lockfile': '^src/system/locks\\.ts$',
  'shell-quote': '^src/system/browser\\.ts$',
  'string-width': '^src/cli/output/text-ruler\\.ts$',
  valibot: '^src/credentials/',
};

/** What the others know of credentials: types, and constants that come with them. */
const vocabulary = 'credentials/(credential|credential-store|pending-sign-in|settings)\\.ts';

module.exports = {
  forbidden: [
    only('main\\.ts', ['cli/', 'system/', 'version\\.ts'], 'main wires the real world to run()'),
    only(
      'library\\.ts',
      [
        'auth/',
        'bitbucket/',
        'cli/sign-in/keep\\.ts',
        'context\\.ts',
        'credentials/',
        'errors\\.ts',
        'system/',
      ],
      'the library wires the real world to sign-in and listing',
    ),
    only('errors\\.ts', [], 'errors depend on nothing'),
    only('context\\.ts', ['errors\\.ts', vocabulary], 'the context names types only'),
    only('page\\.ts', [], 'the frame of pages depends on nothing'),
    only('same-secret\\.ts', [], 'how secrets are compared depends on nothing'),
    only('shell-word\\.ts', [], 'how a word is quoted depends on nothing'),
    only(
      'host-command\\.ts',
      ['bitbucket/hosts\\.ts', 'shell-word\\.ts'],
      'a command to copy knows its host and how to quote',
    ),
    ...['oauth1/', 'oauth2/'].map((protocol) =>
      only(
        protocol,
        ['errors\\.ts', 'same-secret\\.ts'],
        'protocol code is pure; both protocols compare what came back in the same safe way',
      ),
    ),
    only(
      'bitbucket/',
      ['errors\\.ts', 'context\\.ts', 'credentials/credential\\.ts'],
      'the REST model knows no sign-in',
    ),
    only(
      'auth/',
      [
        'errors\\.ts',
        'context\\.ts',
        'page\\.ts',
        'host-command\\.ts',
        'oauth1/',
        'oauth2/',
        'bitbucket/hosts\\.ts',
        vocabulary,
      ],
      'sign-in neither prints nor knows a real store',
    ),
    only(
      'credentials/',
      ['errors\\.ts', 'context\\.ts', 'host-command\\.ts'],
      'stores know records, not protocols',
    ),
    only(
      'cli/',
      [
        'errors\\.ts',
        'context\\.ts',
        'version\\.ts',
        'host-command\\.ts',
        'shell-word\\.ts',
        'auth/',
        'bitbucket/',
        vocabulary,
        'sandbox/sandbox\\.ts',
      ],
      'commands reach the world through the context',
    ),
    only(
      'system/',
      ['errors\\.ts', 'context\\.ts', 'version\\.ts', 'credentials/'],
      'the real world serves interfaces',
    ),
    only('sandbox/', ['errors\\.ts', 'page\\.ts'], 'client and sandbox must not share a mistake'),
    ...Object.entries(homes).map(([library, file]) => home(library, file)),
    {
      name: 'no-library-without-a-home',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        path: 'node_modules/',
        pathNot: [
          'node_modules/@types/',
          ...Object.keys(homes).map((name) => `node_modules/${name}/`),
        ],
      },
    },
    {
      name: 'vocabulary-loads-nothing',
      comment: 'who names a credential must not load what reads one',
      severity: 'error',
      from: { path: `^src/${vocabulary}` },
      to: { path: '.', pathNot: `^src/${vocabulary}` },
    },
    {
      name: 'protocol-code-is-pure',
      comment: 'clock, randomness, network and process are arguments of protocol code',
      severity: 'error',
      from: { path: '^src/oauth[12]/' },
      to: { dependencyTypes: ['core'], pathNot: '^crypto$' },
    },
    {
      name: 'no-circular',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'sources-import-no-tests',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|scripts)/' },
    },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    tsPreCompilationDeps: true,
    parser: 'swc',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
