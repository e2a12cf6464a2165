import type { FastifyRequest } from 'fastify';
import type { Permission } from './permission.ts';

/** Whom a credential stands for, and what it is good for. */
export interface Caller {
  /** By the name that Cloud gives it in `x-credential-type`. */
  readonly credentialType: 'oauth1' | 'oauth2' | 'apitoken' | 'access_token';
  /** False for the tokens of a workspace, which belong to nobody. */
  readonly isUser: boolean;
  readonly permissions: readonly Permission[];
}

/** Tells who sent a request. @throws {ApiError} 400 or 401 without a good credential. */
export type Authenticate = (request: FastifyRequest) => Caller;
