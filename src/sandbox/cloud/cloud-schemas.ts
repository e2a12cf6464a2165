import type {
  SchemaAccount,
  SchemaBaseCommit,
  SchemaBranch,
  SchemaError,
  SchemaPaginatedBranches,
  SchemaRepository,
  SchemaUser,
} from '@coderabbitai/bitbucket/cloud/openapi';
import type { ErrorDetail } from '../api-error.ts';

/**
 * A published schema with any text as `type`: the generated types put the schema's own name there (`base_commit`), the server sends what the
 * thing is (`commit`). And a repository without branches has null as its `mainbranch`, which the schema does not say.
 */
type Sent<Schema> = Schema extends readonly (infer Item)[]
  ? readonly Sent<Item>[]
  : Schema extends object
    ? {
        [Key in keyof Schema]: Key extends 'type'
          ? string
          : Key extends 'mainbranch'
            ? Sent<Schema[Key]> | null
            : Sent<Schema[Key]>;
      }
    : Schema;

export type CloudUser = Sent<SchemaAccount & Omit<SchemaUser, 'type'>>;
export type CloudRepository = Sent<SchemaRepository>;
export type CloudCommit = Sent<SchemaBaseCommit> & { readonly repository: CloudRepository };
export type CloudBranch = Sent<SchemaBranch> & { readonly target: CloudCommit };

/** Of `/2.0/user/workspaces`, which came in 2025 and is not among the published schemas. */
export interface CloudWorkspaceAccess {
  readonly type: 'workspace_access';
  readonly administrator: boolean;
  readonly workspace: {
    readonly type: 'workspace_base';
    readonly slug: string;
    readonly uuid: string;
    readonly links: Readonly<Record<'self' | 'html', { readonly href: string }>>;
  };
}

/** One page of a collection; the published schemas of collections differ in their values only. */
export type CloudPage<Value> = Omit<SchemaPaginatedBranches, 'values'> & {
  readonly values: readonly Value[];
};

/** `detail` is also sent as an object, which the published schema does not say. */
export interface CloudError {
  readonly type: SchemaError['type'];
  readonly error: Omit<NonNullable<SchemaError['error']>, 'detail'> & {
    readonly detail?: ErrorDetail;
  };
}
