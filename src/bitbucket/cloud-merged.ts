import type { Branch } from './branch.ts';
import { cloudRepositoryPath } from './cloud-paths.ts';
import { inOrder, requestsInFlight } from './in-order.ts';
import { requiredListAt, requiredStringAt, unexpectedValue } from './json-path.ts';
import type { ListingNotices } from './listing-notices.ts';
import type { JsonApi } from './pagination.ts';
import type { Repository } from './repository-reference.ts';
import { allRows, type RowPage } from './row-pages.ts';

/**
 * The branches whose every commit is in the branch named `target`, which is not among them. Cloud tells that of one branch at a
 * time, so all are read first, and it is said how many requests are to come.
 * @param branches with their hashes
 * @throws {BitbranchError} `not_found` where there is no branch of that name
 */
export async function* mergedOnCloud(
  branches: AsyncIterable<RowPage<Branch>>,
  target: string,
  { api, repository, notices }: { api: JsonApi; repository: Repository; notices: ListingNotices },
): AsyncGenerator<RowPage<Branch>, void, void> {
  const path = cloudRepositoryPath(repository);
  const [targetHash, rows] = await Promise.all([
    hashOfBranch(api, path, target),
    allRows(branches),
  ]);
  const others = rows.filter(({ name }) => name !== target);
  const count = others.filter(({ hash }) => hash !== targetHash).length;
  if (count > 0) await notices.onBulk?.(count);

  async function isMerged({ hash }: Branch): Promise<boolean> {
    if (hash === targetHash) return true;
    if (hash === null) throw unexpectedValue(['target', 'hash'], hash, 'a string');
    const query = `include=${hash}&exclude=${targetHash}&pagelen=1&fields=values.hash`;
    const commits = await api.getJson(`${path}/commits?${query}`);
    return requiredListAt(commits, ['values']).length === 0;
  }

  let position = 0;
  for await (const isWanted of inOrder(others, requestsInFlight, isMerged)) {
    const branch = others.slice(position, position + 1);
    position += 1;
    const rest = { hasMore: position < others.length, total: null };
    if (isWanted) yield { rows: branch, ...rest };
  }
}

async function hashOfBranch(api: JsonApi, path: string, name: string): Promise<string> {
  const encodedName = name.split('/').map(encodeURIComponent).join('/');
  const branch = await api.getJson(`${path}/refs/branches/${encodedName}?fields=target.hash`);
  return requiredStringAt(branch, ['target', 'hash']);
}
