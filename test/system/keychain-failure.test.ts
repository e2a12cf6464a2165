import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exitCodeOf } from '../../src/errors.ts';
import { explainFailure } from '../../src/system/keychain-failure.ts';

const unavailable = 'store_unavailable';
const locked = 'store_locked';

/** What the loader and the libraries say, as measured; the last two are macOS. */
const failures = [
  [
    'load',
    "Cannot find package 'keytar' imported from /x/keychain-helper.ts",
    unavailable,
    /keytar.* is missing/,
  ],
  [
    'load',
    "Cannot find module 'keytar/prebuilds/linux-riscv64/keytar.node'\nRequire stack:",
    unavailable,
    /nothing for this system/,
  ],
  [
    'load',
    'libsecret-1.so.0: cannot open shared object file: No such file or directory',
    unavailable,
    /libsecret is not installed/,
  ],
  ['load', '/x/keytar.node: wrong ELF class: ELFCLASS64', unavailable, /keytar.* does not work/],
  ['call', 'Cannot autolaunch D-Bus without X11 $DISPLAY', unavailable, /no D-Bus session/],
  [
    'call',
    'Failed to execute child process “dbus-launch” (No such file or directory)',
    unavailable,
    /no D-Bus session/,
  ],
  ['call', 'Could not connect: No such file or directory', unavailable, /no D-Bus session/],
  [
    'call',
    'The name org.freedesktop.secrets was not provided by any .service files',
    unavailable,
    /No keychain service/,
  ],
  ['call', 'Timeout was reached', unavailable, /did not answer/],
  ['call', 'Cannot create an item in a locked collection', locked, /is locked/],
  ['call', 'Something nobody has met yet', unavailable, /failed: Something nobody has met yet/],
  ['call', 'User interaction is not allowed.', locked, /is locked/],
  ['call', 'User canceled the operation.', locked, /is locked/],
] as const;

for (const [stage, message, code, sentence] of failures) {
  test(`explains: ${message.split('\n')[0]}`, () => {
    const error = explainFailure({ type: 'failure', stage, message });
    assert.equal(error.code, code);
    assert.equal(exitCodeOf(error), 8);
    assert.match(error.message, sentence);
    assert.match(error.hint ?? '', /BITBRANCH_TOKEN/);
    assert.ok(error.cause instanceof Error && error.cause.message === message);
  });
}
