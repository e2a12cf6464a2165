import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { namePartsWanted, namePartWanted, nameTest } from '../../src/bitbucket/name-globs.ts';

const cases: ReadonlyArray<
  readonly [globs: readonly string[], wanted: readonly string[], unwanted: readonly string[]]
> = [
  [['main'], ['main'], ['Main', 'main2', 'a/main']],
  [
    ['feature/*'],
    ['feature/a', 'feature/a.b', 'feature/.a'],
    ['feature', 'feature/a/b', 'x/feature/a'],
  ],
  [['feature/**'], ['feature/a', 'feature/a/b'], ['feature', 'features/a']],
  [['**/fix'], ['fix', 'a/fix', 'a/b/fix'], ['a/fix2', 'fix/a']],
  [['a/**/z'], ['a/z', 'a/b/z', 'a/b/c/z'], ['a', 'az']],
  [['*'], ['main', 'ü'], ['a/b']],
  [['v?'], ['v1', 'v😀'], ['v', 'v/', 'v10']],
  [['v[0-9]'], ['v1'], ['vx', 'v10']],
  [['v[!0-9]'], ['vx'], ['v1']],
  [['{a,b}/*'], ['a/x', 'b/x'], ['c/x', '{a,b}/x']],
  [['fix(ui)*'], ['fix(ui)', 'fix(ui)-2'], ['fixui']],
  [['a+b', '#1', '@x'], ['a+b', '#1', '@x'], ['aab']],
  [['\\*'], ['*'], ['a']],
  [['!old/**'], ['main', 'new/a'], ['old/a', 'old/a/b']],
  [['!old/**', 'old/keep'], ['main', 'old/keep'], ['old/a']],
  [['old/**', '!old/b', 'old/b'], ['old/a', 'old/b'], ['main']],
  [['*', '!m*'], ['a'], ['main']],
];

for (const [globs, wanted, unwanted] of cases) {
  test(`${globs.join(' ')} wants ${wanted} and not ${unwanted}`, async () => {
    const isWanted = await nameTest(globs);
    assert.deepEqual([...wanted, ...unwanted].filter(isWanted), wanted);
  });
}

for (const glob of ['', '!', '!!a', 'a'.repeat(5_000)]) {
  test(`"${glob.slice(0, 10)}" of length ${glob.length} is refused`, async () => {
    await assert.rejects(nameTest([glob]), { code: 'usage', message: /^--match can't use/ });
  });
}

const parts: ReadonlyArray<readonly [globs: readonly string[], parts: readonly string[] | null]> = [
  [['main'], ['main']],
  [['feature/*'], ['feature/']],
  [['**/fix'], ['fix']],
  [['a/**/long-z'], ['long-z']],
  [
    ['fix/*', 'feature/*', '!x'],
    ['fix/', 'feature/'],
  ],
  [['fix/*', 'fix/?'], ['fix/']],
  [['release/[0-9]*-rc'], ['release/']],
  [['{a,b}/long'], null],
  [['*'], null],
  [['a', '*'], null],
  [['!a'], null],
  [['πλ/*b'], ['/', 'b'].slice(1)],
];

for (const [globs, expected] of parts) {
  test(`what ${globs.join(' ')} wants has ${JSON.stringify(expected)} in its name`, () => {
    assert.deepEqual(namePartsWanted(globs), expected);
  });
}

test('a server that looks for one part is given none of several', () => {
  assert.equal(namePartWanted(['fix/*']), 'fix/');
  assert.equal(namePartWanted(['fix/*', 'feature/*']), null);
  assert.equal(namePartWanted(['*']), null);
});

test('each wanted name has one of the parts, in either case', async () => {
  const piece = fc.constantFrom(
    '*',
    '**',
    '?',
    '/',
    'a',
    'B',
    'ab',
    '.',
    '-',
    '[a-c]',
    '{a,/b}',
    '!',
    '\\a',
    'ς',
    'Σ',
  );
  const glob = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(''));
  const name = fc.array(fc.constantFrom('a', 'B', 'b', '/', '.', '-', 'ς', 'Σ'), {
    minLength: 1,
    maxLength: 6,
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(glob, { minLength: 1, maxLength: 3 }),
      fc.array(name),
      async (globs, names) => {
        fc.pre(globs.every((each) => /^!?[^!]/.test(each)));
        const isWanted = await nameTest(globs);
        const expected = namePartsWanted(globs);
        // As git has them: no empty segments.
        const wanted = names
          .map((letters) => letters.join(''))
          .filter((each) => !/^\/|\/\/|\/$/.test(each))
          .filter(isWanted);
        for (const each of wanted) {
          assert.ok(
            expected?.some((part) => each.toUpperCase().includes(part.toUpperCase())) ?? true,
            each,
          );
        }
      },
    ),
    { numRuns: 2_000 },
  );
});
