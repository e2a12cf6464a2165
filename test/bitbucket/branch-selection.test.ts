import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { type Branch, branchFields } from '../../src/bitbucket/branch.ts';
import type { BranchQuery } from '../../src/bitbucket/branch-query.ts';
import { listBranches } from '../../src/bitbucket/branches.ts';
import type { Repository } from '../../src/bitbucket/repository-reference.ts';
import { collectRows } from '../helpers/json-api.ts';
import { type ListingWorld, listingWorlds } from '../helpers/listing-world.ts';
import { type MadeBranch, makeRepository } from '../helpers/random-repository.ts';

const groups = ['feature', 'Feature', 'fix', 'release/1', 'π'];
const authors = ['Ada Lovelace', 'ada l', 'Björk', '佐藤 花子'];
const firstTime = 1_760_000_000;

/** Names that sort differently by nature and by code points, and shared dates. */
const made: readonly MadeBranch[] = Array.from({ length: 240 }, (_, index) => ({
  name: `${groups[index % groups.length]}/${index % 7 === 0 ? 'fix(ui)+' : 'b'}${index}`,
  author: authors[index % authors.length] ?? '',
  time: firstTime + ((index * 37) % 60) * 1000,
  isMerged: index % 3 === 0,
}));

interface Listed extends ListingWorld {
  readonly repository: Repository;
  /** All its branches, in the host's order. */
  readonly all: readonly Branch[];
}

const endings: (() => unknown)[] = [];
let places: readonly Listed[];
before(async () => {
  const t = { after: (ending: () => unknown) => endings.push(ending) };
  const { cloud, dataCenter } = await listingWorlds(t, {
    repositories: [
      { fullName: 'acme/large', path: makeRepository(t, made) },
      { fullName: 'acme/small', path: makeRepository(t, made.slice(0, 40)) },
    ],
  });
  // Three pages on Cloud; the sandbox asks git about each branch that Data Center tells details of.
  places = [await listed(cloud, 'acme', 'large'), await listed(dataCenter, 'ACME', 'small')];
  assert.deepEqual(
    places.map(({ all }) => all.length),
    [241, 41],
  );
});
after(async () => {
  for (const end of endings.reverse()) await end();
});

async function listed(world: ListingWorld, workspace: string, slug: string): Promise<Listed> {
  const repository = { workspace, slug };
  const pages = listBranches(world.api, world.host, repository, { fields: branchFields });
  return { ...world, repository, all: await collectRows(pages) };
}

async function namesBy({ api, host, repository }: Listed, query: Omit<BranchQuery, 'fields'>) {
  const rows: Branch[] = [];
  let isCut = false;
  for await (const page of listBranches(api, host, repository, { ...query, fields: ['name'] })) {
    rows.push(...page.rows);
    isCut ||= page.isCut;
  }
  const isBare = rows.every(({ date, author, hash }) => !date && !author && !hash);
  assert.ok(isBare, 'what was needed for the selection only is not shown');
  return { names: rows.map(({ name }) => name), isCut };
}

/** The same by simple means, from a list of everything. */
function expected(
  { all }: Listed,
  query: Omit<BranchQuery, 'fields'>,
  globTest: (name: string) => boolean,
) {
  const { author, newerThanMs, olderThanMs, mergedInto, sort } = query;
  const merged = new Set(made.filter(({ isMerged }) => isMerged).map(({ name }) => name));
  const rows = all.filter(({ name, date, author: by }) => {
    const timeMs = Date.parse(date ?? '');
    return (
      globTest(name) &&
      (author === undefined || (by ?? '').toLowerCase().includes(author.toLowerCase())) &&
      (newerThanMs === undefined || timeMs > newerThanMs) &&
      (olderThanMs === undefined || timeMs < olderThanMs) &&
      (mergedInto === undefined || merged.has(name))
    );
  });
  const byName = (one: Branch, other: Branch) =>
    Buffer.compare(Buffer.from(one.name), Buffer.from(other.name));
  const sign = sort?.descending ? -1 : 1;
  if (sort?.key === 'name') rows.sort((one, other) => sign * byName(one, other));
  if (sort?.key === 'date') {
    rows.sort(
      (one, other) =>
        sign * (Date.parse(one.date ?? '') - Date.parse(other.date ?? '')) || byName(one, other),
    );
  }
  return rows.map(({ name }) => name);
}

/** Globs with what they mean in words of JavaScript. */
const globSets: ReadonlyArray<readonly [readonly string[] | undefined, (name: string) => boolean]> =
  [
    [undefined, () => true],
    [['feature/*'], (name) => name.startsWith('feature/')],
    [['*/b1*'], (name) => /^[^/]+\/b1/.test(name)],
    [['**/b1*'], (name) => /\/b1[^/]*$/.test(name)],
    [['release/**'], (name) => name.startsWith('release/')],
    [['release/*'], () => false],
    [['!fix/*'], (name) => !name.startsWith('fix/')],
    [
      ['fix/*', 'feature/*', '!**/*1'],
      (name) => /^(fix|feature)\//.test(name) && !name.endsWith('1'),
    ],
    [['fix/*', '!**/b*', 'fix/b1'], (name) => name === 'fix/b1' || name.startsWith('fix/fix(ui)+')],
    [['{fix,feature}/b?'], (name) => /^(fix|feature)\/b.$/.test(name)],
    [['**/fix(ui)+[0-9]*'], (name) => name.includes('/fix(ui)+')],
    [['π/*'], (name) => name.startsWith('π/')],
    [['main'], (name) => name === 'main'],
    [['MAIN'], () => false],
    [['**'], () => true],
  ];

const instantMs = fc.integer({ min: firstTime * 1000 - 2_000, max: firstTime * 1000 + 62_000_000 });
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

test('the result is the same whoever selects and sorts, the host or the program', async () => {
  const query = fc.record({
    globs: fc.constantFrom(...globSets),
    author: optional(fc.constantFrom('ADA', 'björk', '花子', 'nobody', 'a')),
    newerThanMs: optional(instantMs),
    olderThanMs: optional(instantMs),
    sort: optional(
      fc.record({
        key: fc.constantFrom('name' as const, 'date' as const),
        descending: fc.boolean(),
      }),
    ),
    limit: optional(fc.integer({ min: 1, max: 260 })),
  });
  await fc.assert(
    fc.asyncProperty(query, async ({ globs: [match, globTest], limit, ...rest }) => {
      const wanted = { match, ...rest };
      for (const place of places) {
        const whole = expected(place, wanted, globTest);
        const { names, isCut } = await namesBy(place, { ...wanted, limit });
        assert.deepEqual(names, whole.slice(0, limit), place.host.kind);
        if (names.length < whole.length) assert.ok(isCut, 'what is left out is said');
      }
    }),
    { numRuns: 40 },
  );
});

test('what is merged is found on both kinds of host, the target itself left out', async () => {
  for (const place of places) {
    for (const limit of [undefined, 5]) {
      const query = {
        mergedInto: 'main',
        match: ['*/b*'],
        sort: { key: 'name', descending: false },
      } as const;
      const { names, isCut } = await namesBy(place, { ...query, limit });
      const whole = expected(place, query, (name) => /^[^/]+\/b/.test(name));
      assert.ok(whole.length > 5);
      assert.deepEqual(names, whole.slice(0, limit));
      assert.equal(isCut, limit !== undefined);
    }
  }
});
