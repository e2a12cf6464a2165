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
];

for (const [said, file, set] of figures) {
  test(`${said.source} is what ${file} says`, async () => {
    assert.match(page, said);
    assert.match(await readFile(join(root, file), 'utf8'), set);
  });
}
