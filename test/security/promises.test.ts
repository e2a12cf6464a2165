import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '../..');
const page = await readFile(join(root, 'SECURITY.md'), 'utf8');
const promises = [...page.matchAll(/^\| (?!promise|---)(.+) \| (.+) \|$/gm)];

test('each promise of SECURITY.md names tests that exist', () => {
  assert.ok(promises.length >= 15);
  for (const [, promise, tests = ''] of promises) {
    const paths = [...tests.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path);
    assert.ok(paths.length > 0, `nothing shows: ${promise}`);
    for (const path of paths) {
      assert.match(path, /^test\/.*\.test\.ts$/);
      assert.ok(existsSync(join(root, path)), `${path} is missing`);
    }
  }
});

/** Figures that the page names, and where the source or a test sets them. */
const figures: readonly (readonly [said: RegExp, file: string, set: RegExp])[] = [
  [/at most 256 connections/, 'src/auth/callback-server.ts', /maxConnections = 256;/],
  [/16 KiB of header/, 'src/auth/callback-server.ts', /maxHeaderSize: 16 \* 1024/],
  [/10 seconds/, 'src/auth/callback-server.ts', /connectionTimeoutMs = 10_000;/],
  [/10,000 forged/, 'test/security/callback-under-attack.test.ts', /requestCount = 10_000;/],
  [/600 idle/, 'test/security/callback-under-attack.test.ts', /idleSocketCount = 600;/],
  [/first 4,000/, 'test/security/callback-under-attack.test.ts', /warmUpCount = 4_000;/],
  [/64 MiB/, 'src/system/http-body.ts', /maxTextBytes = 64 \* 1024 \* 1024;/],
  [/30 seconds/, 'src/system/http.ts', /firstByteMs: 30_000,\s+idleMs: 30_000/],
  [/1\.5 times/, 'test/security/callback-under-attack.test.ts', /warmKiB \* 1\.5/],
  [/340 combinations/, 'test/security/hostile-documents.test.ts', /combinationCount = 340;/],
  [/60 are programs/, 'test/faults/kill-points.test.ts', /'KILL_COUNT'\] \?\? 60\)/],
  [/`scripts\/soak` kills 1,000/, 'scripts/soak', /^KILL_COUNT=1000 /m],
  [/940 are simulated/, 'test/faults/crashes.test.ts', /'CRASH_COUNT'\] \?\? 940\)/],
  [/one of 308 moments/, 'test/faults/crashes.test.ts', /momentCount = 308;/],
  [/200 `branches` at once/, 'test/faults/load.test.ts', /listingCount = 200;/],
  [/20 logins at once/, 'test/faults/load.test.ts', /loginCount = 20;/],
];

for (const [said, file, set] of figures) {
  test(`${said.source} is what ${file} says`, async () => {
    assert.match(page, said);
    assert.match(await readFile(join(root, file), 'utf8'), set);
  });
}

test('as many faults are injected as the page says, and as many kills are aimed', async () => {
  const [, faults = ''] = /Each of (\d+) injected faults/.exec(page) ?? [];
  const table = await readFile(join(root, 'test/faults/faults.test.ts'), 'utf8');
  const rows = table.match(/^\S.*? {2,}(?:branches|login|logout|refresh) {2,}\S+ {2,}\S.*$/gm);
  assert.equal(rows?.length, Number(faults));

  const [, atRotation, withFile] =
    /(\d+) of them from the server's rotation .* on, (\d+) with/.exec(page) ?? [];
  const kills = await readFile(join(root, 'test/faults/kill-points.test.ts'), 'utf8');
  const aims = [...kills.matchAll(/times\((\d), \{.*store: '(\w+)', since: '(\w+)'/g)];
  const share = (isMeant: (store: string, since: string) => boolean) =>
    aims.reduce(
      (sum, [, count, store = '', since = '']) => sum + (isMeant(store, since) ? Number(count) : 0),
      0,
    );
  const rounds = 60 / share(() => true);
  assert.equal(share((_, since) => since === 'rotation') * rounds, Number(atRotation));
  assert.equal(share((store) => store === 'file') * rounds, Number(withFile));
});

test('the README names the same figures', async () => {
  const readme = (await readFile(join(root, 'README.md'), 'utf8')).replaceAll('\n', ' ');
  for (const said of [
    /209 injected faults/,
    /10,000 (?:forged|hostile)/,
    /340 (?:answers|combinations)/,
    /60 (?:are )?programs/,
    /940 (?:are )?simulated/,
  ]) {
    assert.match(readme, said);
    assert.match(page, said);
  }
});
