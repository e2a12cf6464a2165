/** A repository as every kind of host is able to tell it; null where the host does not tell, or was not asked. */
export interface RepositoryListing {
  /** `workspace/slug`, on Data Center `PROJECT/slug`. */
  readonly repository: string;
  /** As people call it. */
  readonly name: string;
  readonly slug: string;
  readonly private: boolean | null;
  /** Null also where there are no branches. */
  readonly mainBranch: string | null;
  /** When it was changed last: ISO 8601, UTC, whole seconds. Data Center does not tell. */
  readonly updated: string | null;
  readonly description: string | null;
  /** Its web page. */
  readonly url: string | null;
}

export type RepositoryField = keyof RepositoryListing;

/** Every field, in the order in which it is printed unless fields are picked. */
export const repositoryFields = [
  'repository',
  'name',
  'slug',
  'private',
  'mainBranch',
  'updated',
  'description',
  'url',
] as const satisfies readonly RepositoryField[];

/** What a host is asked for. */
export interface RepositorySelection {
  /** The fields that will be used: the host is asked for no others (`repository`, `name` and `slug` are always there). */
  readonly fields: readonly RepositoryField[];
  /** In Cloud's filter language, handed through to it. Data Center has no such language. */
  readonly query?: string | undefined;
  /** Key of a project inside the workspace; only Cloud has those. */
  readonly project?: string | undefined;
}

export interface RepositoryQuery extends RepositorySelection {
  /** Globs for the slug, as for the names of branches. */
  readonly match?: readonly string[] | undefined;
  /** Without it the server's order is kept. */
  readonly sort?: RepositorySort | undefined;
  /** So many at most; at least 1. */
  readonly limit?: number | undefined;
}

export interface RepositorySort {
  readonly key: 'name' | 'updated';
  readonly descending: boolean;
}
