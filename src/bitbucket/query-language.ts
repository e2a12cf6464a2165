import { BitbranchError } from '../errors.ts';
import type { Host } from './hosts.ts';

/** Only Cloud can be handed a filter in its own language. */
export function noQueryLanguage({ name }: Host): BitbranchError {
  return new BitbranchError(
    'usage',
    `${name} is a Data Center, which has no language for --query.`,
    { hint: 'Leave --query out; the other filters work there too.' },
  );
}

/**
 * The pages of a list that a person's query selects. A first one that Cloud refuses as a wrong request is the fault of the query.
 * @throws {BitbranchError} `usage` for a query that Cloud does not understand
 */
export async function* withQueryExplained<Page>(
  pages: AsyncIterable<Page>,
): AsyncGenerator<Page, void, void> {
  let isUnderstood = false;
  try {
    for await (const page of pages) {
      isUnderstood = true;
      yield page;
    }
  } catch (error) {
    const isRefusal = error instanceof BitbranchError && error.status === 400;
    if (isUnderstood || !isRefusal) throw error;
    throw new BitbranchError('usage', `--query is not understood: ${error.message}`, {
      hint: 'See what such a text looks like: bitbranch help formatting',
      cause: error,
    });
  }
}
