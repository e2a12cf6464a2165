import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutAccount } from '../../../src/auth/accounts.ts';
import { hostAt } from '../../../src/bitbucket/hosts.ts';
import { rememberRepositories } from '../../../src/cli/listing/remember-repositories.ts';
import { run } from '../../../src/cli/run.ts';
import { parseSettings } from '../../../src/credentials/settings-format.ts';
import { testContext } from '../../helpers/context.ts';
import { sandboxWorld } from '../../helpers/sandbox-world.ts';
import { cloudUrl, credentialFor, signedIn } from '../../helpers/signed-in.ts';

const { settings: known } = signedIn(credentialFor(cloudUrl));

/** A context that counts how often the settings were written. */
function countingContext(settings = known) {
  const context = testContext({ settings });
  const { update } = context.settings;
  const written = { times: 0 };
  context.settings.update = (change) => {
    written.times += 1;
    return update(change);
  };
  return { context, written };
}

function seen(name: string, hostUrl = cloudUrl) {
  const [workspace = '', slug = ''] = name.split('/');
  return { host: hostAt(hostUrl, 'cloud'), repository: { workspace, slug } };
}

test('the newest 50 of a host are remembered, the newest first', async () => {
  const { context, written } = countingContext();
  const names = Array.from({ length: 60 }, (_, index) => `acme/repository-${index}`);
  await rememberRepositories(
    names.map((name) => seen(name)),
    known,
    context,
  );
  assert.deepEqual(
    context.currentSettings().hosts[cloudUrl]?.repositories,
    names.toReversed().slice(0, 50),
  );
  assert.equal(written.times, 1);
  const stored = parseSettings(JSON.stringify(context.currentSettings()));
  assert.equal(stored.hosts[cloudUrl]?.repositories?.length, 50);
});

test('nothing is written for what is remembered, or for a host that nobody is signed in to', async () => {
  const first = countingContext();
  await rememberRepositories([seen('acme/site')], known, first.context);
  const { context, written } = countingContext(first.context.currentSettings());
  await rememberRepositories(
    [seen('acme/site'), seen('acme/other', 'https://other.example.com')],
    context.currentSettings(),
    context,
  );
  const signedOut = withoutAccount(known, cloudUrl, 'maria');
  await rememberRepositories([seen('acme/site')], signedOut, context);
  assert.equal(written.times, 0);
});

test('what other processes have stored since is kept', async () => {
  const { context } = countingContext();
  await rememberRepositories([seen('acme/one')], known, context);
  await rememberRepositories([seen('acme/two')], known, context);
  const { repositories, accounts } = context.currentSettings().hosts[cloudUrl] ?? {};
  assert.deepEqual(repositories, ['acme/two', 'acme/one']);
  assert.deepEqual(Object.keys(accounts ?? {}), ['maria']);
});

test('settings that cannot be written change nothing but the trace', async () => {
  const context = testContext({ settings: known });
  context.settings.update = async () => {
    throw new Error('read-only');
  };
  await rememberRepositories([seen('acme/site')], known, context);
  assert.deepEqual(context.printed, { stdout: '', stderr: '' });
  assert.match(context.traced.join(), /not remembered.*read-only/);
});

test('branches remembers what it listed by name, and completion offers it', async (t) => {
  const { world } = await sandboxWorld(t, {
    generated: [
      { fullName: 'acme/site', branches: 2 },
      { fullName: 'acme/large', branches: 250 },
    ],
  });
  const context = testContext(world);
  assert.equal(await run(['branches', 'acme/site', '--format=names'], context), 0);
  assert.equal(await run(['branches', 'acme/large', '--limit=1'], context), 0);
  assert.equal(await run(['branches', 'acme/missing'], context), 5);
  assert.equal(await run(['branches', '--workspace', 'maria', '--limit=1'], context), 0);
  context.printed.stdout = '';
  assert.equal(await run(['completion', '--candidates', 'repositories'], context), 0);
  assert.equal(context.printed.stdout, 'acme/large\nacme/site\n');
});
