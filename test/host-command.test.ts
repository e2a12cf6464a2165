import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountFlag, hostCommand, loginCommand } from '../src/host-command.ts';
import { cloudUrl, otherUrl } from './helpers/signed-in.ts';

const commands: readonly (readonly [command: string, written: string])[] = [
  [loginCommand({ url: cloudUrl, kind: 'cloud' }), 'bitbranch login --host https://bitbucket.org'],
  [
    loginCommand({ url: otherUrl, kind: 'cloud' }, ['--protocol', 'token']),
    `bitbranch login --host ${otherUrl} --kind cloud --protocol token`,
  ],
  [loginCommand({ url: otherUrl, kind: 'datacenter' }), `bitbranch login --host ${otherUrl}`],
  [loginCommand({ url: 'http://[::1]:80' }), "bitbranch login --host 'http://[::1]:80'"],
  [
    hostCommand('logout', { url: otherUrl }, accountFlag("o'neil; rm -r ~")),
    `bitbranch logout --host ${otherUrl} --account 'o'\\''neil; rm -r ~'`,
  ],
  [
    hostCommand('logout', { url: otherUrl }, accountFlag('a\u001b[2J')),
    `bitbranch logout --host ${otherUrl}`,
  ],
];

for (const [command, written] of commands) {
  test(`a command to copy is ${written}`, () => assert.equal(command, written));
}
