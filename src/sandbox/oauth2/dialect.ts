import type { Permission } from '../permission.ts';
import type { ChallengeMethod } from './challenge.ts';
import type { ClientErrors } from './client-authentication.ts';
import type { TokenOptions } from './tokens.ts';

/** Where and how a kind of host speaks OAuth 2.0. */
export interface OAuth2Dialect {
  readonly authorizationPath: string;
  readonly tokenPath: string;
  readonly challengeMethods: readonly ChallengeMethod[];
  readonly clientErrors: ClientErrors;
  readonly tokens: TokenOptions;
  /** The scope that is granted to who asks for this one; null when it is none that the consumer may have. */
  grantedScope(requested: string | undefined): string | null;
  permissionsOf(scope: string): readonly Permission[];
}
