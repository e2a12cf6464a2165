import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Judgement } from '../../src/auth/callback-server.ts';
import { receivePasted } from '../../src/auth/pasted-callback.ts';
import { BitbranchError } from '../../src/errors.ts';

const denial = new BitbranchError('sign_in_denied', 'No.');

function judge(query: URLSearchParams): Judgement<string> {
  if (query.get('token') !== 'right') return { verdict: 'ignore' };
  if (query.has('denied')) return { verdict: 'deny', error: denial };
  return { verdict: 'accept', callback: query.get('verifier') ?? '' };
}

/** Pastes one after the other; asked once more, the test fails. */
async function paste(...addresses: readonly string[]) {
  const left = [...addresses];
  let refusals = 0;
  const dialogue = {
    addressRefused: async () => {
      refusals += 1;
    },
  };
  const ask = async () => left.shift() ?? assert.fail('asked once too often');
  const received = await receivePasted(dialogue, ask, judge, new AbortController().signal);
  assert.deepEqual(left, []);
  return { received, refusals };
}

const right = 'http://127.0.0.1:4711/callback?token=right&verifier=a%2Bb+c';

for (const address of [right, `  ${right}\t`, right.replace('http://', ''), `${right}#top`]) {
  test(`the address "${address}" is taken`, async () => {
    const { received, refusals } = await paste(address);
    assert.deepEqual([received.callback, refusals], ['a+b c', 0]);
    await received.answer({ kind: 'failed', message: 'There is no browser to tell.' });
  });
}

const wrong = [
  '',
  'what?',
  'https://bitbucket.org/',
  right.replace('right', 'wrong'),
  'http://[',
  '?',
];

test('what is not the address of this sign-in is refused, and asked for again', async () => {
  const { received, refusals } = await paste(...wrong, right);
  assert.deepEqual([received.callback, refusals], ['a+b c', wrong.length]);
});

test('an address that says no ends the sign-in', async () => {
  await assert.rejects(paste('http://127.0.0.1:1/callback?token=right&denied=1'), denial);
});

test('the signal reaches the question, and its reason comes back', async () => {
  const reason = new BitbranchError('interrupted', 'Stopped.');
  const controller = new AbortController();
  const dialogue = { addressRefused: () => assert.fail('nothing was refused') };
  const ask = (signal: AbortSignal) =>
    new Promise<string>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      controller.abort(reason);
    });
  await assert.rejects(receivePasted(dialogue, ask, judge, controller.signal), reason);
});
