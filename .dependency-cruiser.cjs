// Who may import whom. The folders are explained in the README under "How it works".
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
    only(
      'context\\.ts',
      ['credentials/(credential|credential-store|pending-sign-in|settings)\\.ts'],
      'the context names types only',
    ),
    only('page\\.ts', [], 'the frame of pages depends on nothing'),
    only('same-secret\\.ts', [], 'how secrets are compared depends on nothing'),
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
        'oauth1/',
        'oauth2/',
        'bitbucket/hosts\\.ts',
        'credentials/(credential|credential-store|pending-sign-in|settings)\\.ts',
      ],
      'sign-in neither prints nor knows a real store',
    ),
    only('credentials/', ['errors\\.ts', 'context\\.ts'], 'stores know records, not protocols'),
    only(
      'cli/',
      [
        'errors\\.ts',
        'context\\.ts',
        'version\\.ts',
        'auth/',
        'bitbucket/',
        'credentials/(credential|credential-store|pending-sign-in|settings)\\.ts',
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
    home('oauth-1.0a', '^src/oauth1/signature\\.ts$'),
    home('oauth4webapi', '^src/oauth2/'),
    home('https-proxy-agent', '^src/system/proxy-tunnels\\.ts$'),
    home('node-fetch', '^src/system/http\\.ts$'),
    home('open', '^src/system/browser\\.ts$'),
    home('keytar', '^src/system/keytar\\.ts$'),
    {
      name: 'fastify-serves-callback-and-sandbox',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(auth/callback-server\\.ts$|sandbox/)' },
      to: { path: 'node_modules/(fastify|@fastify)/' },
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
