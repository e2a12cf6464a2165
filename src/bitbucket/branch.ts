/** A branch as every kind of host is able to tell it; null where the host does not tell, or was not asked. */
export interface Branch {
  /** `workspace/slug`. */
  readonly repository: string;
  /** Without `refs/heads/`. */
  readonly name: string;
  /** Whether it is the repository's main branch. */
  readonly default: boolean | null;
  /** Of its latest commit, 40 hexadecimal digits. */
  readonly hash: string | null;
  /** Of its latest commit: ISO 8601, UTC, whole seconds: `2026-01-02T03:04:05Z`. */
  readonly date: string | null;
  /** Display name of the latest commit's author, else the name that the commit itself holds. */
  readonly author: string | null;
  /** First line of the latest commit's message. */
  readonly message: string | null;
  /** The branch's web page. */
  readonly url: string | null;
}

export type BranchField = keyof Branch;

/** Every field, in the order in which it is printed unless fields are picked. */
export const branchFields = [
  'repository',
  'name',
  'default',
  'hash',
  'date',
  'author',
  'message',
  'url',
] as const satisfies readonly BranchField[];
