import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseArguments } from '../../src/cli/arguments.ts';
import {
  callbackPort,
  choice,
  chosenBrowser,
  jsonFields,
  maxWaitMs,
  option,
  wholeNumber,
} from '../../src/cli/options.ts';

const usage = { name: 'BitbranchError', code: 'usage' };
const none = parseArguments(['login']);

test('a flag wins over its environment variables, the first of them that is not empty over the others', () => {
  const env = { BITBRANCH_BROWSER: 'firefox', BROWSER: 'w3m' };
  assert.equal(option(parseArguments(['login', '--browser=lynx']), env, 'browser'), 'lynx');
  assert.equal(option(none, env, 'browser'), 'firefox');
  assert.equal(option(none, { ...env, BITBRANCH_BROWSER: '' }, 'browser'), 'w3m');
  assert.equal(option(none, {}, 'browser'), undefined);
  assert.equal(option(none, { TIMEOUT: '5m' }, 'timeout'), undefined);
});

test('a choice is one of those that there are, wherever it comes from', () => {
  const kinds = ['cloud', 'datacenter'];
  assert.equal(choice(none, {}, 'kind', kinds), undefined);
  assert.equal(choice(none, { BITBRANCH_KIND: 'cloud' }, 'kind', kinds), 'cloud');
  assert.throws(() => choice(none, { BITBRANCH_KIND: 'Cloud' }, 'kind', kinds), {
    ...usage,
    message: '"Cloud" is no value for BITBRANCH_KIND.',
    hint: /cloud, datacenter/,
  });
  const flag = parseArguments(['login', '--kind=Cloud']);
  assert.throws(() => choice(flag, { BITBRANCH_KIND: 'cloud' }, 'kind', kinds), {
    ...usage,
    message: '"Cloud" is no value for --kind.',
  });
});

test('a number that is none is blamed on where it was given', () => {
  const env = { BITBRANCH_CALLBACK_PORT: 'abc' };
  assert.throws(() => callbackPort(none, env), {
    ...usage,
    message: 'BITBRANCH_CALLBACK_PORT abc is not a number from 0 to 65535.',
    hint: 'Give BITBRANCH_CALLBACK_PORT a whole number.',
  });
  assert.throws(() => callbackPort(parseArguments(['login', '--callback-port=x']), env), {
    ...usage,
    message: '--callback-port x is not a number from 0 to 65535.',
    hint: 'Give --callback-port a whole number.',
  });
});

test('the browser that is chosen', () => {
  const env = { BITBRANCH_BROWSER: 'w3m' };
  assert.deepEqual(chosenBrowser(none, {}), {});
  assert.deepEqual(chosenBrowser(none, env), { command: 'w3m' });
  assert.deepEqual(chosenBrowser(parseArguments(['login', '--browser=lynx']), env), {
    command: 'lynx',
  });
  assert.equal(chosenBrowser(parseArguments(['login', '--no-browser']), env), null);
});

const numbers: readonly (readonly [text: string, number: number | null])[] = [
  ['1', 1],
  ['007', 7],
  ['10', 10],
  ['0', null],
  ['11', null],
  ['-1', null],
  ['1.5', null],
  ['1e1', null],
  ['0x2', null],
  [' 2', null],
  ['٣', null],
  ['9'.repeat(400), null],
];

for (const [text, number] of numbers) {
  test(`"${text.slice(0, 20)}" is ${number ?? 'refused'} as a whole number from 1 to 10`, () => {
    const parse = () =>
      wholeNumber(none, { BITBRANCH_CALLBACK_PORT: text }, 'callback-port', {
        minimum: 1,
        maximum: 10,
      });
    if (number === null) assert.throws(parse, { ...usage, message: /from 1 to 10/ });
    else assert.equal(parse(), number);
  });
}

test('a number without an upper bound is told without one', () => {
  const limit = parseArguments(['branches', '--limit=0']);
  assert.throws(
    () => wholeNumber(limit, {}, 'limit', { minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
    { ...usage, message: '--limit 0 is not a number of at least 1.' },
  );
});

test('--json=FIELD,… picks fields in its order, else all are taken', () => {
  const known = ['host', 'account', 'store'];
  const fields = (...argv: string[]) => jsonFields(parseArguments(['login', ...argv]), known);
  assert.deepEqual(fields(), known);
  assert.deepEqual(fields('--json'), known);
  assert.deepEqual(fields('--json=store, host'), ['store', 'host']);
  assert.throws(() => fields('--json=hosts'), { ...usage, hint: /Did you mean host\?/ });
  assert.throws(() => fields('--json='), usage);
});

test('retries may take 30 seconds unless --max-wait says otherwise', () => {
  assert.equal(maxWaitMs(none), 30_000);
  assert.equal(maxWaitMs(parseArguments(['status', '--max-wait', '2m'])), 120_000);
  assert.equal(maxWaitMs(parseArguments(['status', '--max-wait=0s'])), 0);
});
