import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../../src/cli/run.ts';
import { type TestWorld, testContext } from '../../helpers/context.ts';
import { cloudUrl, credentialFor, otherUrl, signedIn } from '../../helpers/signed-in.ts';

async function web(argv: readonly string[], world: TestWorld, command = 'branches') {
  const opened: unknown[] = [];
  const browser = { open: async (...call: unknown[]) => void opened.push(call) };
  const context = testContext({ ...world, browser });
  const exitCode = await run([command, '--web', ...argv], context);
  return { exitCode, opened, ...context.printed };
}

const pages: readonly (readonly [argv: readonly string[], world: TestWorld, url: string])[] = [
  [['acme/site'], signedIn(credentialFor(cloudUrl)), `${cloudUrl}/acme/site/branches/`],
  [
    [],
    {
      ...signedIn(credentialFor(cloudUrl)),
      remotes: { origin: 'git@bitbucket.org:acme/site.git' },
    },
    `${cloudUrl}/acme/site/branches/`,
  ],
  [
    ['PRJ/site', '--kind', 'datacenter', '--host', otherUrl],
    {},
    `${otherUrl}/projects/PRJ/repos/site/branches`,
  ],
  [
    ['~maria/site', '--kind', 'datacenter', '--host', otherUrl],
    {},
    `${otherUrl}/users/maria/repos/site/branches`,
  ],
];

for (const [argv, world, url] of pages) {
  test(`branches --web ${argv.join(' ')} opens ${url} and asks the host for nothing`, async () => {
    const result = await web([...argv, '--browser', 'lynx'], world);
    assert.deepEqual(result, {
      exitCode: 0,
      opened: [[url, 'lynx']],
      stdout: '',
      stderr: `${url}\n`,
    });
  });
}

test('--no-browser only prints the address', async () => {
  const result = await web(['acme/site', '--no-browser'], signedIn(credentialFor(cloudUrl)));
  assert.deepEqual([result.opened, result.stderr], [[], `${cloudUrl}/acme/site/branches/\n`]);
});

for (const argv of [['a/b', 'c/d'], ['-'], ['--workspace', 'w']]) {
  test(`branches --web ${argv.join(' ')} is refused`, async () => {
    const result = await web(argv, signedIn(credentialFor(cloudUrl)));
    assert.deepEqual([result.exitCode, result.opened], [2, []]);
  });
}

const repositoryPages: readonly (readonly [argv: readonly string[], url: string])[] = [
  [['acme'], `${cloudUrl}/acme/workspace/repositories/`],
  [['PRJ', '--kind', 'datacenter', '--host', otherUrl], `${otherUrl}/projects/PRJ`],
  [['~maria', '--kind', 'datacenter', '--host', otherUrl], `${otherUrl}/users/maria`],
];

for (const [argv, url] of repositoryPages) {
  test(`repos --web ${argv.join(' ')} opens ${url}`, async () => {
    const world = signedIn(credentialFor(cloudUrl));
    const result = await web([...argv, '--browser', 'lynx'], world, 'repos');
    assert.deepEqual(
      [result.exitCode, result.opened, result.stderr],
      [0, [[url, 'lynx']], `${url}\n`],
    );
  });
}

for (const argv of [[], ['a', 'b'], ['a/b']]) {
  test(`repos --web ${argv.join(' ')} is refused`, async () => {
    const result = await web(argv, signedIn(credentialFor(cloudUrl)), 'repos');
    assert.deepEqual([result.exitCode, result.opened], [2, []]);
  });
}
