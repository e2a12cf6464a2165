import type { Environment } from '../context.ts';
import type { CommandFlagName } from './flags.ts';

/** One command as help, parsing and the README know it. */
export interface Command {
  /** Operands as the usage line shows them. */
  readonly operands: string;
  readonly maxOperands: number;
  readonly summary: string;
  readonly flags: readonly CommandFlagName[];
  readonly examples: readonly string[];
  /** Whether a stored credential is about to be read, so that the store can get ready while the command is loaded. */
  readonly readsCredential: boolean;
}

export const commands = {
  login: {
    operands: '',
    maxOperands: 0,
    summary: 'sign in through the browser and keep the credential',
    flags: ['request', 'complete', 'setup-git'],
    examples: ['bitbranch login --host git.example.com', 'bitbranch login --no-browser'],
    readsCredential: true,
  },
  logout: {
    operands: '',
    maxOperands: 0,
    summary: 'forget the credential of a host and account',
    flags: [],
    examples: ['bitbranch logout', 'bitbranch logout --host git.example.com --account maria'],
    readsCredential: true,
  },
  status: {
    operands: '',
    maxOperands: 0,
    summary: 'who is signed in where, and where the secret is kept',
    flags: ['check'],
    examples: ['bitbranch status', 'bitbranch status --check --json'],
    readsCredential: true,
  },
  branches: {
    operands: '[REPO…]',
    maxOperands: Number.POSITIVE_INFINITY,
    summary:
      'list the branches of repositories; without REPO, of the git remote here; - reads REPOs from standard input',
    flags: [
      'workspace',
      'project',
      'match',
      'query',
      'author',
      'newer',
      'older',
      'merged-into',
      'sort',
      'limit',
      'format',
      'null',
      'csv-safe',
      'web',
    ],
    examples: [
      'bitbranch branches atlassian/aui',
      'bitbranch branches --format names | fzf',
      'bitbranch branches atlassian/aui --json=name,hash',
      "bitbranch branches --older 90d --merged-into main --match '!release/*'",
      'bitbranch branches --workspace atlassian --format csv --csv-safe > branches.csv',
    ],
    readsCredential: true,
  },
  repos: {
    operands: '[WORKSPACE…]',
    maxOperands: Number.POSITIVE_INFINITY,
    summary:
      'list the repositories of workspaces (Data Center: projects), or all that you see; - reads names from standard input',
    flags: ['match', 'query', 'sort', 'limit', 'format', 'null', 'csv-safe', 'web'],
    examples: [
      'bitbranch repos atlassian',
      "bitbranch repos atlassian --match 'aui-*' --json=slug,url",
      'bitbranch repos atlassian --format names | bitbranch branches - --older 90d',
    ],
    readsCredential: true,
  },
  token: {
    operands: '',
    maxOperands: 0,
    summary: 'print a bearer token for another program (OAuth 2.0 and tokens)',
    flags: [],
    examples: [
      'curl -H "Authorization: Bearer $(bitbranch token)" https://api.bitbucket.org/2.0/user',
    ],
    readsCredential: true,
  },
  consumer: {
    operands: 'add|show|remove',
    maxOperands: 1,
    summary: "the host's OAuth consumer: key and secret, or a key pair for Data Center",
    flags: ['private-key-file'],
    examples: [
      'bitbranch consumer add --host git.example.com',
      'bitbranch consumer add --consumer-key KEY --consumer-secret-stdin < secret-file',
      'bitbranch consumer show --host git.example.com',
    ],
    readsCredential: true,
  },
  api: {
    operands: 'PATH',
    maxOperands: 1,
    summary: 'send one authorised request and print the body of the answer',
    flags: ['method', 'header', 'body', 'field', 'paginate', 'include'],
    examples: [
      'bitbranch api /2.0/user',
      'bitbranch api --paginate "/2.0/repositories/atlassian/aui/refs/branches?pagelen=100"',
      'bitbranch api --method POST /rest/api/latest/projects/PRJ/repos/app/branches --field name=fix --field startPoint=main',
    ],
    readsCredential: true,
  },
  doctor: {
    operands: '',
    maxOperands: 0,
    summary: 'check keychain, browser, port, clock, network and credential, and say what to do',
    flags: [],
    examples: ['bitbranch doctor', 'bitbranch doctor --host git.example.com --json'],
    readsCredential: true,
  },
  'git-credential': {
    operands: 'get|store|erase',
    maxOperands: 1,
    summary:
      "answer git's questions for credentials; git itself runs it, set up by login --setup-git",
    flags: [],
    examples: ['bitbranch login --setup-git', 'git clone https://bitbucket.org/atlassian/aui.git'],
    readsCredential: true,
  },
  sandbox: {
    operands: '',
    maxOperands: 0,
    summary: 'run an embedded Bitbucket on loopback, to try things out',
    flags: ['port', 'repo', 'generate', 'application-link', 'token-lifetime', 'latency'],
    examples: [
      'bitbranch sandbox',
      'bitbranch sandbox --repo acme/site=. --generate acme/huge=50000',
      'bitbranch sandbox --application-link bitbranch=public-key.pem',
    ],
    readsCredential: false,
  },
  completion: {
    operands: 'bash|zsh|fish|powershell',
    maxOperands: 1,
    summary: 'print the script that completes commands, flags and values in a shell',
    flags: ['candidates'],
    examples: [
      'source <(bitbranch completion bash)',
      'bitbranch completion fish > ~/.config/fish/completions/bitbranch.fish',
    ],
    readsCredential: false,
  },
  help: {
    operands: '[TOPIC]',
    maxOperands: 1,
    summary: 'explain a command or a topic, such as exit-codes',
    flags: [],
    examples: ['bitbranch help branches', 'bitbranch help exit-codes'],
    readsCredential: false,
  },
} as const satisfies Record<string, Command>;

export type CommandName = keyof typeof commands;

export function isCommandName(text: string): text is CommandName {
  return Object.hasOwn(commands, text);
}

/** Whether the keychain is likely to be asked, told from the first word alone, before the command line is taken apart. */
export function seemsToNeedKeychain(argv: readonly string[], env: Environment): boolean {
  const [word = ''] = argv;
  if (!isCommandName(word) || argv.includes('--help') || argv.includes('-h')) return false;
  const hasOtherSource = env['BITBRANCH_TOKEN'] || env['BITBRANCH_STORE'] === 'file';
  return commands[word].readsCredential && !hasOtherSource;
}
