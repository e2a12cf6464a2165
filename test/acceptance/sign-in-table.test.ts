// Every way to sign in, in every situation, by the built program over real sockets and with a real keychain.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ProgramResult } from '../helpers/program.ts';
import { createHome, type Home } from '../helpers/spawn-cli.ts';
import { type StoredState, storedState } from '../helpers/stored-state.ts';
import { callbackAddress, type Decision, load } from '../helpers/user-agent.ts';
import { startWay, type Way, type WayName, ways } from './sign-in-ways.ts';

/** How a sign-in ends. */
interface Outcome {
  readonly exitCode: number;
  readonly says: RegExp;
  readonly store: 'holds the new credential' | 'is as it was';
}

/** The rows follow one another at one host and in one home: later failures meet the credential of earlier successes. */
const table = `
               | Cloud      | Cloud       | Cloud       | Data Center | Data Center | Data Center | token         |
               | oauth1     | oauth2      | oauth2      | oauth1      | oauth2      | oauth2      |               |
               |            |             | oidc-       |             |             | oidc-       |               |
               |            |             | provider    |             |             | provider    |               |
---------------+------------+-------------+-------------+-------------+-------------+-------------+---------------+
deny           | denied     | denied      | denied      | denied      | denied      | denied      | no question   |
no answer      | timed out  | timed out   | timed out   | timed out   | timed out   | timed out   | nothing given |
port in use    | port taken | port taken  | port taken  | port taken  | port taken  | port taken  | no callback   |
grant          | signed in  | signed in   | signed in   | signed in   | signed in   | signed in   | signed in     |
wrong first    | signed in  | signed in   | signed in   | signed in   | signed in   | signed in   | refused       |
stray requests | signed in  | signed in   | signed in   | signed in   | signed in   | signed in   | no callback   |
server error   | failed     | no tokens   | no tokens   | failed      | no tokens   | no tokens   | API failed    |
clock +10 min  | corrected  | signed in   | signed in   | corrected   | signed in   | signed in   | signed in     |
clock -10 min  | corrected  | signed in   | signed in   | corrected   | signed in   | signed in   | signed in     |
`;

const signedIn: Outcome = {
  exitCode: 0,
  says: /^Signed in to 127\.0\.0\.1:\d+ as .*\. The credential is in the system keychain \(Secret Service\) and .*\.$/m,
  store: 'holds the new credential',
};

const unchanged = { store: 'is as it was' } as const;

const outcomes = new Map<string, Outcome>([
  ['signed in', signedIn],
  [
    'corrected',
    {
      ...signedIn,
      says: /^Note: this computer's clock is 10 minutes (ahead of|behind) the server's; signing by the server's\. [\s\S]*^Signed in to /m,
    },
  ],
  [
    'denied',
    {
      exitCode: 4,
      says: /^bitbranch: Access was denied on the consent page\.\nNothing was stored\. /m,
      ...unchanged,
    },
  ],
  [
    'timed out',
    {
      exitCode: 6,
      says: /^bitbranch: No answer came from the browser within 0\.3 seconds\.\n.*--timeout/m,
      ...unchanged,
    },
  ],
  [
    'port taken',
    {
      exitCode: 2,
      says: /^bitbranch: Can't listen on port \d+ of 127\.0\.0\.1: another program uses it\.\n.*--callback-port/m,
      ...unchanged,
    },
  ],
  [
    'failed',
    {
      exitCode: 6,
      says: /^bitbranch: The server failed during the sign-in \(HTTP 500\)\.\nTry again later/m,
      ...unchanged,
    },
  ],
  [
    'no tokens',
    {
      exitCode: 6,
      says: /^bitbranch: The token endpoint failed \(HTTP 500\)\.\nTry again later/m,
      ...unchanged,
    },
  ],
  [
    'API failed',
    {
      exitCode: 6,
      says: /^bitbranch: .* answered the request for \/2\.0\/user with status 500.*\.\n.*try again later/m,
      ...unchanged,
    },
  ],
  [
    'refused',
    {
      exitCode: 4,
      says: /^bitbranch: .* does not accept the (?:credential|token).*\n.*Sign in again with: bitbranch login --host/m,
      ...unchanged,
    },
  ],
  [
    'nothing given',
    { exitCode: 2, says: /^bitbranch: No token was given\.\nPipe it in, /m, ...unchanged },
  ],
]);

/** Why a cell has no outcome. */
const senseless = new Map([
  ['no question', 'a token asks nobody for consent, so nobody can deny it'],
  ['no callback', 'a token needs no browser, so nothing listens for one'],
]);

const rows = table
  .split('\n')
  .filter((line) => /^\S.*\|/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()));

test('every way to sign in, in every situation', { concurrency: 3 }, async (t) => {
  await Promise.all(
    ways.map((name, index) => t.test(name, (t) => signInByWay(t, name, index + 1))),
  );
});

async function signInByWay(t: TestContext, name: WayName, column: number): Promise<void> {
  const home = await createHome(t);
  const way = await startWay(t, name, home);
  for (const row of rows) {
    const [situation = '', cell = ''] = [row[0], row[column]];
    const outcome = outcomes.get(cell);
    if (outcome === undefined) {
      const reason = senseless.get(cell);
      assert.ok(reason, `"${cell}" is no outcome`);
      t.diagnostic(`${name}, ${situation}: makes no sense, ${reason}`);
      continue;
    }
    const { exitCode, says, store } = outcome;
    await t.test(`${situation}: ${cell}, exit code ${exitCode}, the store ${store}`, async () => {
      const before = await storedState(home, way.hostUrl);
      const result = await signInIn(situation, way, home);
      assert.equal(result.exitCode, exitCode, result.stderr);
      assert.equal(result.stdout, '');
      assert.match(result.stderr, says);
      assert.equal(/^Note: /m.test(result.stderr), cell === 'corrected', result.stderr);
      const after = await storedState(home, way.hostUrl);
      if (store === 'is as it was') assert.deepEqual(after, before);
      else assertSignedIn(after, before, way);
    });
  }
}

function assertSignedIn(after: StoredState, before: StoredState, way: Way): void {
  const [secret = '', ...others] = after.keychain.credential;
  assert.deepEqual(others, []);
  assert.deepEqual(after.keychain.pending, []);
  assert.equal(after.keychain.consumer.length, way.protocol === 'token' ? 0 : 1);
  const { record } = JSON.parse(secret);
  assert.deepEqual(
    [record.host, record.protocol, record.account.name],
    [way.hostUrl, way.protocol, way.account],
  );
  // A token is the same one each time; everything else was issued anew.
  if (way.protocol !== 'token') assert.notEqual(secret, before.keychain.credential[0]);
  assert.deepEqual(Object.keys(after.settings?.accounts ?? {}), [way.account]);
  const { protocol, store } = after.settings?.accounts[way.account] ?? {};
  assert.deepEqual([protocol, store], [way.protocol, 'keychain']);
}

const shiftedClock = fileURLToPath(new URL('../helpers/shifted-clock.cjs', import.meta.url));

function clockOff(minutes: number) {
  return {
    NODE_OPTIONS: `--require ${shiftedClock}`,
    CLOCK_SHIFT_MS: String(minutes * 60_000),
  };
}

function signInIn(situation: string, way: Way, home: Home): Promise<ProgramResult> {
  switch (situation) {
    case 'deny':
      return decide(way, home, 'deny');
    case 'no answer':
      return start(way, home, { flags: ['--timeout', '300ms'], stdin: '' }).ended;
    case 'port in use':
      return start(way, home, { flags: ['--callback-port', new URL(way.hostUrl).port] }).ended;
    case 'grant':
      return decide(way, home, 'grant');
    case 'wrong first':
      return way.protocol === 'token'
        ? start(way, home, { stdin: 'maria@example.com:a-wrong-token\n' }).ended
        : decide(way, home, 'grant', forgeries);
    case 'stray requests':
      return decide(way, home, 'grant', strays);
    case 'server error':
      way.breakDown();
      return decide(way, home, 'grant').finally(way.repair);
    case 'clock +10 min':
      return decide(way, home, 'grant', noVisits, clockOff(10));
    case 'clock -10 min':
      return decide(way, home, 'grant', noVisits, clockOff(-10));
    default:
      return assert.fail(`"${situation}" is no situation`);
  }
}

interface Start {
  readonly flags?: readonly string[];
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
}

function start(way: Way, home: Home, { flags = [], stdin, env = {} }: Start = {}) {
  return home.start([...way.loginArgs, ...flags], {
    stdin: stdin ?? way.options.stdin ?? '',
    env: { ...way.options.env, ...env },
  });
}

/** Requests to the callback server, by the address that would end the sign-in, and the status that each gets. */
type Visits = (callback: URL) => readonly (readonly [url: string, status: number, RequestInit?])[];

const noVisits: Visits = () => [];

/** Made by somebody who knows the address, but not the token or state of this sign-in. */
const forgeries: Visits = (callback) => {
  const queries = callback.searchParams.has('state')
    ? ['state=forged&code=forged', 'state=forged&error=access_denied', 'code=forged']
    : [
        'oauth_token=forged&oauth_verifier=forged',
        'oauth_token=forged&oauth_problem=permission_denied',
        'oauth_token=forged&oauth_verifier=denied',
        'oauth_verifier=forged',
      ];
  return queries.map((query) => [new URL(`?${query}`, callback).href, 400]);
};

/** What browsers, extensions and port scanners ask for. */
const strays: Visits = (callback) => [
  [new URL('/favicon.ico', callback).href, 404],
  [new URL('/', callback).href, 404],
  [new URL('?', callback).href, 400],
  [callback.href, 405, { method: 'POST' }],
  [callback.href, 405, { method: 'HEAD' }],
];

/** The person decides in a browser; where there is none to ask, the program is left alone. */
async function decide(
  way: Way,
  home: Home,
  decision: Decision,
  visits: Visits = noVisits,
  env: Readonly<Record<string, string>> = {},
) {
  const program = start(way, home, { env });
  if (way.protocol === 'token') return program.ended;
  const [, consentUrl = ''] = await program.printed(/^ {2}(http\S+)$/m);
  const callback = await callbackAddress(consentUrl, decision);
  for (const [url, status, init] of visits(new URL(callback))) {
    assert.equal((await fetch(url, init)).status, status, url);
  }
  await load(callback);
  return program.ended;
}
