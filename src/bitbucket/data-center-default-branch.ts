import { BitbranchError } from '../errors.ts';
import { requiredStringAt } from './json-path.ts';
import type { JsonApi } from './pagination.ts';

/** The name of a repository's default branch; null where it has none. */
export async function defaultBranchName(
  api: JsonApi,
  repositoryPath: string,
): Promise<string | null> {
  try {
    const branch = await api.getJson(`${repositoryPath}/default-branch`);
    return requiredStringAt(branch, ['displayId']);
  } catch (error) {
    if (error instanceof BitbranchError && error.code === 'not_found') return null;
    throw error;
  }
}
