/** One flag as a person types it. The table below is the source of parsing, help and the README. */
export interface Flag {
  /** Placeholder of its value, as help shows it; a flag without one is a switch. */
  readonly value?: string;
  /** The value may be left out; it then has to be joined with `=`. */
  readonly valueIsOptional?: boolean;
  readonly repeatable?: boolean;
  /** Says what is listed: were one of two left out, as of other flags the first one is, a part of the list would be missing. */
  readonly selects?: boolean;
  /** Its value may begin with a hyphen; elsewhere that is more likely the next flag. */
  readonly takesHyphen?: boolean;
  readonly short?: string;
  /** Environment variables that stand in for it, first one first. */
  readonly environment?: readonly string[];
  readonly summary: string;
}

/** What counts where a flag is not given. */
export const defaults = { callbackPath: '/callback', timeout: '5m', maxWait: '30s' } as const;

/** Accepted by every command. */
export const globalFlags = {
  host: {
    value: 'HOST',
    environment: ['BITBRANCH_HOST'],
    summary: 'host name or URL; https is assumed, http:// is for loopback only',
  },
  kind: {
    value: 'cloud|datacenter',
    environment: ['BITBRANCH_KIND'],
    summary: 'flavour of a host that is not bitbucket.org (default datacenter)',
  },
  protocol: {
    value: 'oauth1|oauth2|token',
    environment: ['BITBRANCH_PROTOCOL'],
    summary: 'how to sign in',
  },
  account: {
    value: 'NAME',
    environment: ['BITBRANCH_ACCOUNT'],
    summary: 'which stored account to use; with login, who it has to be',
  },
  'consumer-key': {
    value: 'KEY',
    environment: ['BITBRANCH_CONSUMER_KEY'],
    summary:
      'OAuth consumer to sign in with; its secret comes from BITBRANCH_CONSUMER_SECRET or a prompt',
  },
  'consumer-secret-stdin': { summary: 'read the consumer secret from standard input' },
  store: {
    value: 'keychain|file',
    environment: ['BITBRANCH_STORE'],
    summary: 'where secrets are kept (default keychain; file is encrypted with a passphrase)',
  },
  browser: {
    value: 'CMD',
    environment: ['BITBRANCH_BROWSER', 'BROWSER'],
    summary: 'command that opens the URL given as its last argument',
  },
  'no-browser': { summary: 'open no browser, only print the URL' },
  'callback-port': {
    value: 'N',
    environment: ['BITBRANCH_CALLBACK_PORT'],
    summary: 'loopback port that the browser comes back to (default: the last one given, else any)',
  },
  'callback-path': {
    value: 'PATH',
    summary: `path that the browser comes back to (default ${defaults.callbackPath})`,
  },
  timeout: {
    value: 'DURATION',
    summary: `how long login waits for the browser (default ${defaults.timeout})`,
  },
  'max-wait': {
    value: 'DURATION',
    summary: `how long retries may take altogether (default ${defaults.maxWait})`,
  },
  json: {
    value: 'FIELD,…',
    valueIsOptional: true,
    summary: 'print JSON, of the fields named; errors are JSON on stderr',
  },
  color: {
    value: 'auto|always|never',
    valueIsOptional: true,
    environment: ['NO_COLOR', 'FORCE_COLOR'],
    summary: 'colour the output (default: on a terminal)',
  },
  verbose: {
    environment: ['BITBRANCH_DEBUG'],
    summary: 'tell on stderr what is done, secrets left out',
  },
  help: { short: 'h', summary: 'explain the command' },
  version: { summary: 'print the version' },
} as const satisfies Record<string, Flag>;

/** Accepted by the commands that name them. */
export const commandFlags = {
  workspace: {
    value: 'WORKSPACE',
    selects: true,
    summary: 'every repository of a workspace (Cloud)',
  },
  project: {
    value: 'KEY',
    selects: true,
    summary: 'every repository of a project (on Cloud together with --workspace)',
  },
  match: {
    value: 'GLOB',
    repeatable: true,
    summary: "only names (repos: slugs) that match; after a !, all but those: '!release/*'",
  },
  query: {
    value: 'TEXT',
    selects: true,
    summary:
      "only what this text of Cloud's filter language selects (see formatting); not on Data Center",
  },
  author: {
    value: 'NAME',
    selects: true,
    summary: "only branches whose latest commit's author has this in the name",
  },
  newer: {
    value: 'AGE|DATE',
    selects: true,
    summary: 'only branches with a commit since then: 30d, 2026-01-31',
  },
  older: {
    value: 'AGE|DATE',
    selects: true,
    summary: 'only branches without a commit since then: 90d',
  },
  'merged-into': {
    value: 'BRANCH',
    selects: true,
    summary: 'only branches whose commits are all in BRANCH',
  },
  sort: {
    value: 'KEY',
    takesHyphen: true,
    summary: 'order: name or date (repositories: name or updated), with - before it descending',
  },
  format: {
    value: 'table|tsv|names|json|jsonl|csv',
    summary: 'how to print (default: table on a terminal, else tsv)',
  },
  null: { short: '0', summary: 'end each record of --format names with NUL' },
  'csv-safe': { summary: 'keep cells of --format csv from being taken for formulas' },
  limit: { value: 'N', summary: 'stop after N records, and say so' },
  web: { summary: 'open the page of the list in the browser instead' },
  method: { value: 'METHOD', summary: 'of the request (default: GET)' },
  header: {
    value: 'NAME:VALUE',
    repeatable: true,
    summary: 'send a header as well',
  },
  body: {
    value: 'FILE',
    summary: 'send what the file holds, - for standard input; JSON by default',
  },
  field: {
    value: 'KEY=VALUE',
    repeatable: true,
    summary: 'member of a JSON body, as a text; with GET a parameter of the query',
  },
  paginate: { summary: 'follow every page, and print one document with the values of all' },
  include: { short: 'i', summary: 'print the status and the headers of the answer first' },
  'private-key-file': {
    value: 'FILE',
    summary: 'RSA private key in PEM for a Data Center consumer, instead of a new one',
  },
  request: { summary: 'only begin: print the page to open as JSON, for login --complete later' },
  complete: {
    summary: 'end what login --request began, with the address at which the browser ended',
  },
  'setup-git': {
    summary: 'have git use the sign-in for clones, fetches and pushes over https',
  },
  check: { summary: 'ask the host whether the credential is accepted' },
  candidates: {
    value: 'hosts|accounts|repositories',
    summary: 'what the script asks at Tab: the ones that bitbranch remembers, of --host if given',
  },
  port: { value: 'N', summary: 'port to listen on (default: any free one)' },
  repo: {
    value: 'WORKSPACE/SLUG=PATH',
    repeatable: true,
    summary: 'serve the branches of a git repository on disk',
  },
  generate: {
    value: 'WORKSPACE/SLUG=N',
    repeatable: true,
    summary: 'serve a made-up repository of N branches',
  },
  'application-link': {
    value: 'KEY=PUBLIC_KEY_FILE',
    repeatable: true,
    summary: 'register a Data Center consumer by its public key; the file may come later',
  },
  'token-lifetime': {
    value: 'SECONDS',
    summary: 'how long access tokens are good (default: as long as on a real host)',
  },
  latency: {
    value: 'MILLISECONDS',
    summary: 'wait before each answer of the REST API, as a distant host does (default: 0)',
  },
} as const satisfies Record<string, Flag>;

export type GlobalFlagName = keyof typeof globalFlags;
export type CommandFlagName = keyof typeof commandFlags;
export type FlagName = GlobalFlagName | CommandFlagName;

export const allFlags: Readonly<Record<FlagName, Flag>> = { ...globalFlags, ...commandFlags };

/** Environment variables that stand in for no flag. */
export const environmentOnly = {
  BITBRANCH_CONSUMER_SECRET:
    'secret of the consumer that BITBRANCH_CONSUMER_KEY or --consumer-key names',
  BITBRANCH_PASSPHRASE: 'passphrase of --store file; without it you are asked',
  BITBRANCH_TOKEN: 'a bearer token, or email:api-token, used instead of any stored credential',
  FORCE_HYPERLINK:
    'whether names in a table are links: 1 for a terminal that is not known, 0 for none',
  BITBRANCH_CONFIG_DIR:
    "where settings that are no secrets live (default: the platform's config directory)",
  XDG_CONFIG_HOME:
    'on Linux and other Unixes, where that config directory is (default ~/.config), as an absolute path',
  HTTPS_PROXY: 'proxy to go by, also in lower case: http://[USER:PASSWORD@]HOST:PORT',
  ALL_PROXY: 'the same, where HTTPS_PROXY is not set',
  NO_PROXY: 'hosts to ask directly: names, .domains, addresses, ranges, *; :PORT may follow',
  NODE_EXTRA_CA_CERTS: 'PEM file of certificate authorities to trust as well',
} as const;
