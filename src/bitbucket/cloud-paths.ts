import type { Repository } from './repository-reference.ts';

/** Cloud's largest page. */
const largestPage = 100;
/** The smallest one that is documented. */
const smallestPage = 10;

export function cloudRepositoryPath({ workspace, slug }: Repository): string {
  return `/2.0/repositories/${encodeURIComponent(workspace)}/${encodeURIComponent(slug)}`;
}

/** The `pagelen` that brings enough rows in the fewest requests. */
export function cloudPageLength(enough = largestPage): number {
  return Math.max(smallestPage, Math.min(enough, largestPage));
}
