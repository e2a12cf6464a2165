import assert from 'node:assert/strict';
import { test } from 'node:test';
import { showsLinks } from '../../../src/cli/output/hyperlink.ts';
import type { Environment } from '../../../src/context.ts';
import { testContext } from '../../helpers/context.ts';

const terminals: readonly (readonly [env: Environment, expected: boolean])[] = [
  [{}, false],
  [{ TERM: 'xterm-256color' }, false],
  [{ TERM: 'xterm-kitty' }, true],
  [{ TERM: 'alacritty' }, true],
  [{ TERM_PROGRAM: 'iTerm.app' }, true],
  [{ TERM_PROGRAM: 'vscode' }, true],
  [{ TERM_PROGRAM: 'Apple_Terminal' }, false],
  [{ VTE_VERSION: '7600' }, true],
  [{ VTE_VERSION: '4600' }, false],
  [{ VTE_VERSION: 'new' }, false],
  [{ WT_SESSION: 'a' }, true],
  [{ TERM: 'dumb', WT_SESSION: 'a' }, false],
  [{ FORCE_HYPERLINK: '1' }, true],
  [{ FORCE_HYPERLINK: '0', WT_SESSION: 'a' }, false],
  [{ FORCE_HYPERLINK: '', WT_SESSION: 'a' }, true],
];

for (const [env, expected] of terminals) {
  test(`${JSON.stringify(env)} ${expected ? 'can' : 'can not'} show links, a pipe never can`, () => {
    const stdoutOf = (stdoutIsTerminal: boolean) =>
      testContext({ stdoutIsTerminal }).terminal.stdout;
    assert.equal(showsLinks(env, stdoutOf(true)), expected);
    assert.equal(showsLinks(env, stdoutOf(false)), false);
  });
}
