import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainingRefusal } from '../../src/auth/oauth1-refusal.ts';
import { hostAt } from '../../src/bitbucket/hosts.ts';
import type { Consumer } from '../../src/credentials/credential.ts';
import { processTemporaryCredentialsResponse } from '../../src/oauth1/client.ts';
import { otherUrl } from '../helpers/signed-in.ts';

const secret: Consumer = { key: 'k', secret: 's' };
const keyPair: Consumer = { key: 'k', privateKey: 'PEM' };

/** How a Data Center's or another host's refusal by that problem is told. */
function refusal(problem: string, consumer: Consumer, kind: 'cloud' | 'datacenter' = 'datacenter') {
  return () =>
    explainingRefusal(hostAt(otherUrl, kind), consumer, () =>
      processTemporaryCredentialsResponse({ status: 401, body: `oauth_problem=${problem}` }),
    );
}

test('a Data Center that wants a key pair leads to consumer add', () => {
  assert.throws(refusal('signature_method_rejected', secret), {
    code: 'sign_in_refused',
    message: /^git\.example\.com\/bitbucket refused .*RSA-SHA1.*consumer k has a secret\.$/,
    hint: new RegExp(`: bitbranch consumer add --host ${otherUrl}$`),
  });
});

test('a stored key pair without its application link leads to the link', () => {
  assert.throws(refusal('consumer_key_unknown', keyPair), {
    code: 'sign_in_refused',
    message: /does not know the consumer k: no application link there/,
    hint: new RegExp(`: bitbranch consumer show --host ${otherUrl} --consumer-key k$`),
  });
});

test('every other refusal is told as it is', () => {
  const compare = { hint: /^Compare BITBRANCH_CONSUMER_KEY/ };
  assert.throws(refusal('consumer_key_unknown', secret), compare);
  assert.throws(refusal('consumer_key_unknown', keyPair, 'cloud'), compare);
  assert.throws(refusal('signature_method_rejected', secret, 'cloud'), {
    message: /: signature_method_rejected\.$/,
  });
});
