import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settingsOf, withoutAccount } from '../../src/auth/accounts.ts';
import { consumerKeys, withConsumer, withoutConsumer } from '../../src/auth/consumers.ts';
import { hostAt } from '../../src/bitbucket/hosts.ts';
import { emptySettings } from '../../src/credentials/settings.ts';
import { credentialFor, otherUrl, signedIn } from '../helpers/signed-in.ts';

const dataCenter = hostAt(otherUrl, 'datacenter');

test('the consumer stored last comes first, and each is known once', () => {
  let settings = withConsumer(emptySettings, dataCenter, 'first');
  settings = withConsumer(settings, dataCenter, 'second');
  settings = withConsumer(settings, dataCenter, 'first');
  assert.deepEqual(consumerKeys(settings, otherUrl), ['first', 'second']);
});

test('forgetting a consumer leaves the others, the next one first', () => {
  const both = withConsumer(withConsumer(emptySettings, dataCenter, 'a'), dataCenter, 'b');
  assert.deepEqual(consumerKeys(withoutConsumer(both, otherUrl, 'b'), otherUrl), ['a']);
  const none = withoutConsumer(withoutConsumer(both, otherUrl, 'b'), otherUrl, 'a');
  assert.deepEqual(settingsOf(none, otherUrl), { kind: 'datacenter', accounts: {} });
  assert.deepEqual(withoutConsumer(emptySettings, otherUrl, 'a'), emptySettings);
});

test('a consumer for another kind of host does not change what a sign-in there is for', () => {
  const { settings } = signedIn(credentialFor(otherUrl));
  const added = withConsumer(settings, dataCenter, 'key-pair');
  assert.equal(settingsOf(added, otherUrl)?.kind, 'cloud');
  const left = withoutAccount(added, otherUrl, 'maria');
  assert.equal(
    settingsOf(withConsumer(left, dataCenter, 'key-pair'), otherUrl)?.kind,
    'datacenter',
  );
});
