import type { Branch } from '../../src/bitbucket/branch.ts';
import type { BranchPage } from '../../src/bitbucket/branch-query.ts';
import type { JsonApi } from '../../src/bitbucket/pagination.ts';

export interface ScriptedApi extends JsonApi {
  /** What was asked, in order. */
  readonly asked: string[];
}

/** Answers the addresses prepared, each as often as it is asked; a value that is an Error is thrown, another address fails. */
export function scriptedApi(answers: Readonly<Record<string, unknown>>): ScriptedApi {
  const asked: string[] = [];
  return {
    asked,
    async getJson(pathOrUrl) {
      asked.push(pathOrUrl);
      if (!Object.hasOwn(answers, pathOrUrl)) {
        throw new Error(`The test did not prepare for this: ${pathOrUrl}`);
      }
      const answer = answers[pathOrUrl];
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
}

export async function collect<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(...page);
  return all;
}

export async function collectRows(pages: AsyncIterable<BranchPage>): Promise<Branch[]> {
  const all: Branch[] = [];
  for await (const page of pages) all.push(...page.rows);
  return all;
}
