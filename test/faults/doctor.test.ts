// What doctor says of the faults that can be seen from outside: the same injections as in faults.test.ts, and the checks that
// notice them.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { copyProgram, type Programs } from './faulty-program.ts';
import { inject } from './injections.ts';
import { createWorld, runCommand } from './world.ts';

/** Columns: fault, exit code, checks that fail, checks that warn; - for none. */
const table = `
fault                            exit  failures              warnings
nothing listens                  6     host                  clock, credential
no such name                     6     host                  clock, credential
reset at user                    6     host                  clock, credential
status 401 at user               4     credential            -
status 503 at user               6     host                  clock, credential
a web page at user               6     credential            -
keytar is missing                8     keychain              credential
no D-Bus                         8     keychain              credential
locked keychain                  8     keychain              credential
damaged item                     8     credential            -
read-only directory              2     settings              credential
full disk                        2     settings              credential
settings that are no JSON        2     settings              credential
newer settings                   2     settings              credential
lost settings                    0     -                     credential
settings of another owner        2     settings, keychain    credential
settings that all may write      0     -                     settings
directory in place of settings   2     settings              credential
file in place of the directory   2     settings              credential
clock 10 min ahead               0     -                     clock
`;

const rows = table
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split(/ {2,}/));

/** What any machine of tests may lack, such as a display. */
const aboutTheMachine = new Set(['node', 'git', 'browser', 'callback', 'proxy', 'certificates']);

let programs: Programs;
before(async () => {
  programs = await copyProgram();
});
after(() => programs.remove());

describe('doctor', { concurrency: 8 }, () => {
  for (const [fault = '', exit, failures, warnings] of rows) {
    test(`sees: ${fault}`, async (t) => {
      const world = await createWorld(t, 'doctor', programs);
      try {
        await inject(fault, world);
        const { exitCode, stdout, stderr } = await runCommand(world, 'doctor');
        const checks: readonly { readonly name: string; readonly result: string }[] =
          JSON.parse(stdout);
        const named = (result: string) =>
          checks
            .filter((check) => check.result === result && !aboutTheMachine.has(check.name))
            .map(({ name }) => name)
            .join(', ') || '-';
        assert.deepEqual(
          [String(exitCode), named('failure'), named('warning')],
          [exit, failures, warnings],
          stdout + stderr,
        );
      } finally {
        for (const repair of world.repairs.toReversed()) await repair();
      }
    });
  }
});
