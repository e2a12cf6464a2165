import type { JsonApi, ListPage } from '../../src/bitbucket/pagination.ts';

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

export async function collectValues(pages: AsyncIterable<ListPage>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const page of pages) all.push(...page.values);
  return all;
}

export async function collectRows<Row>(
  pages: AsyncIterable<{ readonly rows: readonly Row[] }>,
): Promise<Row[]> {
  const all: Row[] = [];
  for await (const page of pages) all.push(...page.rows);
  return all;
}
