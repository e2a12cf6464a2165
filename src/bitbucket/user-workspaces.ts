import { requiredStringAt } from './json-path.ts';
import { type JsonApi, readPages } from './pagination.ts';

/** The slugs of the workspaces that the user is a member of; only Cloud has such a list. */
export async function userWorkspaces(api: JsonApi): Promise<readonly string[]> {
  const slugs: string[] = [];
  for await (const { values } of readPages(api, '/2.0/user/workspaces?pagelen=100')) {
    for (const access of values) slugs.push(requiredStringAt(access, ['workspace', 'slug']));
  }
  return slugs;
}
