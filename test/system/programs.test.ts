import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createBrowser } from '../../src/system/browser.ts';
import { createSystem } from '../../src/system/programs.ts';

const directory = mkdtempSync(join(tmpdir(), 'bitbranch-programs-'));
test.after(() => rmSync(directory, { recursive: true }));
for (const name of ['first', 'second']) mkdirSync(join(directory, name));
mkdirSync(join(directory, 'first', 'folder'));
writeFileSync(join(directory, 'first', 'text'), '', { mode: 0o644 });
for (const path of ['first/both', 'second/both', 'second/text', 'second/folder']) {
  writeFileSync(join(directory, path), '', { mode: 0o755 });
}

const searchPath = `${directory}/first::${directory}/missing:${directory}/second`;
const found: readonly (readonly [program: string, path: string | null])[] = [
  ['both', `${directory}/first/both`],
  ['text', `${directory}/second/text`],
  ['folder', `${directory}/second/folder`],
  ['nothing', null],
  [`${directory}/second/both`, `${directory}/second/both`],
  [`${directory}/first/text`, null],
  [`${directory}/first/folder`, null],
  ['', null],
];

for (const [program, path] of found) {
  test(`"${program.replace(directory, '')}" is ${path?.replace(directory, '') ?? 'no program'}`, async () => {
    assert.equal(await createSystem({ PATH: searchPath }, 'linux').findProgram(program), path);
    if (!program.includes('/'))
      assert.equal(await createSystem({}, 'linux').findProgram(program), null);
  });
}

test('permissions are those of the file or directory, and null where there is none', async () => {
  const { permissions } = createSystem({}, 'linux');
  const path = join(directory, 'first', 'text');
  for (const mode of [0o600, 0o644]) {
    chmodSync(path, mode);
    assert.equal(await permissions(path), mode);
  }
  assert.equal(await permissions(join(directory, 'missing')), null);
});

test('the system tells what it is', () => {
  const { nodeVersion, architecture } = createSystem({}, 'linux');
  assert.deepEqual([`v${nodeVersion}`, architecture], [process.version, process.arch]);
});

const programs: readonly (readonly [env: Record<string, string>, string | undefined, string])[] = [
  [{}, undefined, 'xdg-open'],
  [{ WSL_DISTRO_NAME: 'Debian' }, undefined, 'powershell.exe'],
  [{ WSL_DISTRO_NAME: 'Debian', SSH_CONNECTION: 'x' }, undefined, 'xdg-open'],
  [{}, `'/my programs/lynx' -x`, '/my programs/lynx'],
  [{ HERE: '/opt' }, '$HERE/lynx -x', '/opt/lynx'],
];

for (const [env, command, program] of programs) {
  test(`the browser is opened by ${program} (${command ?? JSON.stringify(env)})`, async () => {
    assert.equal(await createBrowser(env, 'linux').program(command), program);
  });
}

test('what is not one command has no program', async () => {
  await assert.rejects(createBrowser({}, 'linux').program('a && b'), { code: 'usage' });
});
