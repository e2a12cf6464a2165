// What breaks around the built program, one row each: how it ends, what it says, what is stored afterwards, and how the next
// command ends once all is repaired. Somebody is signed in before each row. "login" signs in anew, by OAuth 1.0a; "refresh" is
// "branches" with an access token that has expired.
import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import { startKeychain } from '../helpers/own-keychain.ts';
import type { ProgramResult } from '../helpers/program.ts';
import { storedState } from '../helpers/stored-state.ts';
import { copyProgram, type Programs } from './faulty-program.ts';
import { inject } from './injections.ts';
import {
  type Command,
  createWorld,
  describeState,
  runCommand,
  runNext,
  type World,
} from './world.ts';

/** Columns: fault, command, exit code (or signal), what it says on stderr (a pattern; - for no error), stored, next exit code. */
const table = `
fault                                       during    exit     says                                                   stored                    next

Network: silence comes first, since each row takes the half minute that is allowed, all at once
connection not taken                        branches  6        did not accept a connection in time                    old                       0
silence at branches                         branches  6        sent nothing for 30 seconds                            old                       0
silence in the header at branches           branches  6        sent nothing for 30 seconds                            old                       0
silence in the body at branches             branches  6        nothing came for 30 seconds                            old                       0
silence at token endpoint                   refresh   6        sent nothing for 30 seconds                            old                       0
silence after the work at token endpoint    refresh   6        sent nothing for 30 seconds                            old                       4
silence at temporary credentials            login     6        sent nothing for 30 seconds                            old                       0
silence at token credentials                login     6        sent nothing for 30 seconds                            old                       0
silence at user                             login     6        sent nothing for 30 seconds                            old                       0
nothing listens                             branches  6        refused the connection: nothing listens there          old                       0
nothing listens                             refresh   6        refused the connection: nothing listens there          old                       0
nothing listens                             login     6        refused the connection: nothing listens there          old                       0
nothing listens                             logout    0        Signed out maria                                       gone                      4
no such name                                login     6        was not found|could not be looked up                   old                       0
reset at branches                           branches  6        closed the connection before its answer was complete   old                       0
reset in the body at branches               branches  6        closed the connection before its answer was complete   old                       0
half-closed connection at branches          branches  6        closed the connection before its answer was complete   old                       0
reset at token endpoint                     refresh   6        closed the connection before its answer was complete   old                       0
reset after the work at token endpoint      refresh   6        closed the connection before its answer was complete   old                       4
reset at temporary credentials              login     6        closed the connection before its answer was complete   old                       0
reset at token credentials                  login     6        closed the connection before its answer was complete   old                       0
reset at user                               login     6        closed the connection before its answer was complete   old                       0
nobody decides                              login     6        No answer came from the browser within 0.3 seconds     old                       0

Server
status 400 at branches                      branches  6        with status 400                                        old                       0
status 401 at branches                      branches  4        does not accept the credential                         new secret, old settings  0
status 403 at branches                      branches  5        may not see /2.0/                                      old                       0
status 404 at branches                      branches  5        has no repository                                      old                       0
status 405 at branches                      branches  6        with status 405                                        old                       0
status 408 at branches                      branches  6        with status 408                                        old                       0
status 409 at branches                      branches  6        with status 409                                        old                       0
status 410 at branches                      branches  5        has no repository                                      old                       0
status 418 at branches                      branches  6        with status 418                                        old                       0
status 429 at branches                      branches  7        takes no more requests                                 old                       0
status 500 at branches                      branches  6        with status 500                                        old                       0
status 501 at branches                      branches  6        with status 501                                        old                       0
status 502 at branches                      branches  6        with status 502                                        old                       0
status 503 at branches                      branches  6        with status 503                                        old                       0
status 504 at branches                      branches  6        with status 504                                        old                       0
status 400 at temporary credentials         login     4        refused to issue temporary credentials                 old                       0
status 401 at temporary credentials         login     4        refused to issue temporary credentials                 old                       0
status 404 at temporary credentials         login     4        has no OAuth 1.0a sign-in at this address              old                       0
status 429 at temporary credentials         login     7        takes no more requests for now                         old                       0
status 500 at temporary credentials         login     6        failed during the sign-in .HTTP 500.                   old                       0
status 503 at temporary credentials         login     6        failed during the sign-in .HTTP 503.                   old                       0
status 401 at token credentials             login     4        refused to issue token credentials                     old                       0
status 429 at token credentials             login     7        takes no more requests for now                         old                       0
status 500 at token credentials             login     6        failed during the sign-in .HTTP 500.                   old                       0
status 504 at token credentials             login     6        failed during the sign-in .HTTP 504.                   old                       0
status 400 at token endpoint                refresh   6        did not answer as OAuth 2.0 asks                       old                       0
status 401 at token endpoint                refresh   6        did not answer as OAuth 2.0 asks                       old                       0
status 403 at token endpoint                refresh   6        did not answer as OAuth 2.0 asks                       old                       0
status 404 at token endpoint                refresh   6        did not answer as OAuth 2.0 asks                       old                       0
status 429 at token endpoint                refresh   7        takes no more requests for now                         old                       0
status 500 at token endpoint                refresh   6        token endpoint failed .HTTP 500.                       old                       0
status 503 at token endpoint                refresh   6        token endpoint failed .HTTP 503.                       old                       0
status 401 at user                          login     4        does not accept the credential                         old                       0
status 429 at user                          login     7        takes no more requests                                 old                       0
status 500 at user                          login     6        /2.0/user with status 500                              old                       0
status 503 at user                          login     6        /2.0/user with status 503                              old                       0
a web page at branches                      branches  6        with a web page instead of JSON                        old                       0
a web page at temporary credentials         login     6        did not answer as OAuth 1.0a asks                      old                       0
a web page at token credentials             login     6        did not answer as OAuth 1.0a asks                      old                       0
a web page at token endpoint                refresh   6        did not answer as OAuth 2.0 asks                       old                       0
a web page at user                          login     6        /2.0/user with a web page instead of JSON              old                       0
no JSON at branches                         branches  6        with something else instead of JSON                    old                       0
no JSON at temporary credentials            login     6        did not answer as OAuth 1.0a asks                      old                       0
no JSON at token credentials                login     6        did not answer as OAuth 1.0a asks                      old                       0
no JSON at token endpoint                   refresh   6        did not answer as OAuth 2.0 asks                       old                       0
no JSON at user                             login     6        /2.0/user with something else instead of JSON          old                       0
half a document at branches                 branches  6        with something else instead of JSON                    old                       0
half a document at temporary credentials    login     6        did not answer as OAuth 1.0a asks                      old                       0
half a document at token credentials        login     6        did not answer as OAuth 1.0a asks                      old                       0
half a document at token endpoint           refresh   6        did not answer as OAuth 2.0 asks                       old                       0
half a document at user                     login     6        /2.0/user with something else instead of JSON          old                       0
nothing at branches                         branches  6        with something else instead of JSON                    old                       0
nothing at temporary credentials            login     6        did not answer as OAuth 1.0a asks                      old                       0
nothing at token credentials                login     6        did not answer as OAuth 1.0a asks                      old                       0
nothing at token endpoint                   refresh   6        did not answer as OAuth 2.0 asks                       old                       0
nothing at user                             login     6        /2.0/user with something else instead of JSON          old                       0
another document at branches                branches  6        "values" is missing where a list belongs               old                       0
another document at temporary credentials   login     6        did not answer as OAuth 1.0a asks                      old                       0
another document at token credentials       login     6        did not answer as OAuth 1.0a asks                      old                       0
another document at token endpoint          refresh   6        did not answer as OAuth 2.0 asks                       old                       0
another document at user                    login     6        its answer for /2.0/user names nobody                  old                       0

Keychain
keytar is missing                           branches  8        keytar, which reaches the keychain, is missing         old                       0
no D-Bus                                    branches  8        There is no D-Bus session                              old                       0
locked keychain                             branches  8        is locked                                              old                       0
stopped keychain service                    branches  8        keychain did not answer within (5|15) s              old                       0
keytar is missing                           login     8        keytar, which reaches the keychain, is missing         old                       0
no D-Bus                                    login     8        There is no D-Bus session                              old                       0
locked keychain                             login     8        is locked                                              old                       0
stopped keychain service                    login     8        keychain did not answer within (5|15) s              old                       0
keytar is missing                           refresh   8        keytar, which reaches the keychain, is missing         old                       0
no D-Bus                                    refresh   8        There is no D-Bus session                              old                       0
locked keychain                             refresh   8        is locked                                              old                       0
stopped keychain service                    refresh   8        keychain did not answer within (5|15) s              old                       0
keytar is missing                           logout    8        keytar, which reaches the keychain, is missing         old                       0
no D-Bus                                    logout    8        There is no D-Bus session                              old                       0
locked keychain                             logout    8        is locked, or the entry was removed                    old secret, gone settings  4
stopped keychain service                    logout    8        keychain did not answer within (5|15) s              old                       0
dead D-Bus                                  branches  8        There is no D-Bus session                              old                       0
damaged item                                branches  8        The stored credential is damaged                       new secret, old settings  8
failure at keychain proof                   login     8        The keychain failed                                    old                       0
failure at keychain read                    branches  8        The keychain failed                                    old                       0
failure at keychain write                   login     8        The keychain failed                                    old                       0
failure at keychain write                   refresh   8        The keychain failed                                    old                       4
failure at keychain read-back               login     8        The keychain failed                                    new secret, old settings  0
failure at keychain removal                 logout    8        The keychain failed                                    old                       0
loss at keychain write                      login     8        did not come back from it                              old                       0
loss at keychain write                      refresh   8        did not come back from it                              old                       4
killed helper at keychain read              branches  8        keychain helper ended early .SIGKILL.                  old                       0
killed helper at keychain write             login     8        keychain helper ended early .SIGKILL.                  old                       0
killed helper at keychain write             refresh   8        keychain helper ended early .SIGKILL.                  old                       4
killed helper at keychain removal           logout    8        keychain helper ended early .SIGKILL.                  old                       0

Disk
read-only directory                         branches  0        -                                                      old                       0
read-only directory                         login     2        read-only file system                                  old                       0
read-only directory                         refresh   2        read-only file system                                  old                       0
read-only directory                         logout    2        read-only file system                                  old                       0
full disk                                   branches  0        -                                                      old                       0
full disk                                   login     2        no space left                                          new secret, old settings  0
full disk                                   refresh   0        -                                                      new secret, old settings  0
full disk                                   logout    2        no space left                                          old                       0
settings that are no JSON                   branches  2        it is not JSON                                         old                       0
settings that are no JSON                   login     2        it is not JSON                                         old                       0
settings that are no JSON                   logout    2        it is not JSON                                         old                       0
settings of another shape                   branches  2        "hosts" is wrong                                       old                       0
empty settings                              branches  2        it is not JSON                                         old                       0
newer settings                              branches  2        A newer version of bitbranch wrote                     old                       0
newer settings                              login     2        A newer version of bitbranch wrote                     old                       0
newer settings                              logout    2        A newer version of bitbranch wrote                     old                       0
lost settings                               branches  4        Nobody is signed in                                    old                       0
lost settings                               login     0        Signed in                                              new                       0
settings of another owner                   branches  2        permission denied                                      old                       0
settings that all may write                 login     0        Signed in                                              new                       0
directory in place of settings              branches  2        illegal operation on a directory                       old                       0
directory in place of settings              login     2        illegal operation on a directory                       old                       0
file in place of the directory              branches  2        not a directory                                        old                       0
file in place of the directory              login     2        not a directory                                        old                       0

Process
SIGINT at temporary credentials             login     130      Stopped by Ctrl-C                                      old                       0
SIGINT at keychain proof                    login     130      Stopped by Ctrl-C                                      old                       0
SIGINT at browser                           login     130      Stopped by Ctrl-C                                      old                       0
SIGINT at token credentials                 login     130      Stopped by Ctrl-C                                      old                       0
SIGINT at user                              login     130      Stopped by Ctrl-C                                      old                       0
SIGINT at keychain write                    login     0        Signed in                                              new                       0
SIGINT at written keychain                  login     0        Signed in                                              new                       0
SIGINT at keychain read                     refresh   130      Stopped by Ctrl-C                                      old                       0
SIGINT at token endpoint                    refresh   130      Stopped by Ctrl-C                                      old                       0
SIGINT at keychain write                    refresh   130      Stopped by Ctrl-C                                      new secret, old settings  0
SIGINT at written keychain                  refresh   130      Stopped by Ctrl-C                                      new secret, old settings  0
SIGINT at branches                          refresh   130      Stopped by Ctrl-C                                      new secret, old settings  0
SIGINT after the work at token endpoint     refresh   130      Stopped by Ctrl-C                                      old                       4
SIGINT at branches                          branches  130      Stopped by Ctrl-C                                      old                       0
SIGINT at keychain removal                  logout    0        Signed out                                             gone                      4
SIGINT at emptied keychain                  logout    0        Signed out                                             gone                      4
SIGTERM at temporary credentials            login     143      Stopped by SIGTERM                                     old                       0
SIGTERM at keychain proof                   login     143      Stopped by SIGTERM                                     old                       0
SIGTERM at browser                          login     143      Stopped by SIGTERM                                     old                       0
SIGTERM at token credentials                login     143      Stopped by SIGTERM                                     old                       0
SIGTERM at user                             login     143      Stopped by SIGTERM                                     old                       0
SIGTERM at keychain write                   login     0        Signed in                                              new                       0
SIGTERM at written keychain                 login     0        Signed in                                              new                       0
SIGTERM at keychain read                    refresh   143      Stopped by SIGTERM                                     old                       0
SIGTERM at token endpoint                   refresh   143      Stopped by SIGTERM                                     old                       0
SIGTERM at keychain write                   refresh   143      Stopped by SIGTERM                                     new secret, old settings  0
SIGTERM at written keychain                 refresh   143      Stopped by SIGTERM                                     new secret, old settings  0
SIGTERM at branches                         refresh   143      Stopped by SIGTERM                                     new secret, old settings  0
SIGTERM after the work at token endpoint    refresh   143      Stopped by SIGTERM                                     old                       4
SIGTERM at branches                         branches  143      Stopped by SIGTERM                                     old                       0
SIGTERM at keychain removal                 logout    0        Signed out                                             gone                      4
SIGTERM at emptied keychain                 logout    0        Signed out                                             gone                      4
SIGKILL at temporary credentials            login     SIGKILL  -                                                      old                       0
SIGKILL at keychain proof                   login     SIGKILL  -                                                      old                       0
SIGKILL at browser                          login     SIGKILL  -                                                      old                       0
SIGKILL at token credentials                login     SIGKILL  -                                                      old                       0
SIGKILL at user                             login     SIGKILL  -                                                      old                       0
SIGKILL at keychain write                   login     SIGKILL  -                                                      old                       0
SIGKILL at written keychain                 login     SIGKILL  -                                                      new secret, old settings  0
SIGKILL at keychain read                    refresh   SIGKILL  -                                                      old                       0
SIGKILL at token endpoint                   refresh   SIGKILL  -                                                      old                       0
SIGKILL at keychain write                   refresh   SIGKILL  -                                                      old                       4
SIGKILL at written keychain                 refresh   SIGKILL  -                                                      new secret, old settings  0
SIGKILL at branches                         refresh   SIGKILL  -                                                      new secret, old settings  0
SIGKILL after the work at token endpoint    refresh   SIGKILL  -                                                      old                       4
SIGKILL at branches                         branches  SIGKILL  -                                                      old                       0
SIGKILL at keychain removal                 logout    SIGKILL  -                                                      old                       0
SIGKILL at emptied keychain                 logout    SIGKILL  -                                                      gone secret, old settings  4
stdout without a reader                     branches  0        -                                                      old                       0
closed stdout                               branches  0        -                                                      old                       0
closed stderr                               branches  0        -                                                      old                       0
closed stdin                                branches  0        -                                                      old                       0
full stdout                                 branches  1        could not be written                                   old                       0
full stderr                                 branches  0        -                                                      old                       0
closed stdout                               login     0        Signed in                                              new                       0
closed stdin                                login     0        Signed in                                              new                       0

Clock
clock 10 min ahead                          login     0        signing by the server                                  new                       0
clock 10 min behind                         login     0        signing by the server                                  new                       0
clock a year ahead                          login     0        signing by the server                                  new                       0
clock a year behind                         login     0        signing by the server                                  new                       0
clock 10 min ahead                          branches  0        -                                                      old                       0
clock 10 min behind                         branches  0        -                                                      old                       0
clock a day ahead                           branches  0        -                                                      new secret, old settings  0
clock a day behind                          branches  0        -                                                      old                       0
clock a year behind                         branches  0        -                                                      old                       0
clock a day ahead                           refresh   0        -                                                      new secret, old settings  0
clock a day behind                          refresh   0        -                                                      new secret, old settings  0
jump a day ahead under way                  login     0        Signed in                                              new                       0
jump a day ahead under way                  refresh   0        -                                                      new secret, old settings  0
jump a day back under way                   login     0        Signed in                                              new                       0
jump a day back under way                   refresh   0        -                                                      new secret, old settings  0
`;

const rows = table
  .split('\n')
  .map((line) => line.split(/ {2,}/))
  .filter((cells) => cells.length > 1)
  .slice(1);

let programs: Programs;
before(async () => {
  programs = await copyProgram();
});
after(() => programs.remove());

test('each row of the table has all its columns', () => {
  for (const cells of rows) assert.equal(cells.length, 6, cells.join('  '));
});

describe(`${rows.length} faults`, { concurrency: 14 }, () => {
  for (const [fault = '', command = '', exit, says = '', stored, next] of rows) {
    test(`${command}: ${fault}`, async (t) => {
      const found = await meet(t, fault, command as Command);
      const told = JSON.stringify(found.stderr);
      assert.deepEqual(
        [found.exit, found.stored, found.next],
        [exit, stored, next],
        `exit, stored, next; said: ${told}`,
      );
      if (says === '-') assert.doesNotMatch(found.stderr, /^bitbranch: /m);
      else assert.match(found.stderr, new RegExp(says));
    });
  }
});

/** A command meets the fault; its output must be an explained failure, or none. */
async function meet(t: TestContext, fault: string, command: Command) {
  const world = await createWorld(t, command, programs, await keychainFor(t, fault));
  const before = await storedState(world.home, world.host.url);
  const result = await withFault(fault, command, world);
  const stored = await describeState(world, before);
  const next = await runNext(world);
  assert.doesNotMatch(result.stderr + next.stderr, /^ +at |node:internal|Unexpected failure/m);
  return {
    exit: String(result.exitCode ?? result.signal),
    stderr: result.stderr,
    stored,
    next: String(next.exitCode),
  };
}

async function withFault(fault: string, command: Command, world: World): Promise<ProgramResult> {
  try {
    await inject(fault, world);
    return await runCommand(world, command);
  } finally {
    for (const repair of world.repairs.toReversed()) await repair();
    world.host.repair();
  }
}

/** A service that is to be stopped must be nobody else's. */
async function keychainFor(t: TestContext, fault: string) {
  if (fault !== 'stopped keychain service') return undefined;
  const { env, daemonPid } = await startKeychain(t);
  return { ...env, SECRET_SERVICE_PID: String(daemonPid) };
}
