import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseArguments } from '../../../src/cli/arguments.ts';
import { useColor } from '../../../src/cli/output/color.ts';
import type { Environment } from '../../../src/context.ts';
import { testContext } from '../../helpers/context.ts';

const rules: readonly (readonly [
  flag: string | null,
  env: Environment,
  onTerminal: boolean,
  inPipe: boolean,
])[] = [
  [null, {}, true, false],
  [null, { TERM: 'dumb' }, false, false],
  [null, { NO_COLOR: '1' }, false, false],
  [null, { NO_COLOR: '' }, true, false],
  [null, { FORCE_COLOR: '1' }, true, true],
  [null, { FORCE_COLOR: '0' }, false, false],
  [null, { NO_COLOR: '1', FORCE_COLOR: '1' }, false, false],
  ['--color', { NO_COLOR: '1' }, true, true],
  ['--color=always', { NO_COLOR: '1' }, true, true],
  ['--color=never', { FORCE_COLOR: '1' }, false, false],
  ['--color=auto', { NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
];

for (const [flag, env, onTerminal, inPipe] of rules) {
  test(`${flag ?? 'no flag'} with ${JSON.stringify(env)}: ${onTerminal} on a terminal, ${inPipe} in a pipe`, () => {
    const args = parseArguments(['branches', ...(flag === null ? [] : [flag])]);
    assert.equal(useColor(args, testContext({ env, stdoutIsTerminal: true })), onTerminal);
    assert.equal(useColor(args, testContext({ env, stdoutIsTerminal: false })), inPipe);
  });
}

for (const value of ['', 'yes', 'Always']) {
  test(`--color=${value} is refused`, () => {
    assert.throws(() => useColor(parseArguments(['branches', `--color=${value}`]), testContext()), {
      code: 'usage',
      hint: /auto, always, never/,
    });
  });
}
