import { BitbranchError } from '../errors.ts';
import type { ApplicationLink } from './data-center/application-links.ts';
import type { Fault } from './faults.ts';
import type { GivenToken } from './given-tokens.ts';
import { type HostKind, hostKinds } from './host-kinds.ts';
import type { TokenRequest } from './oauth2/routes.ts';
import type { Permission } from './permission.ts';
import { randomText } from './random-text.ts';
import { generatedRepository } from './repositories/generated-repository.ts';
import { gitRepository } from './repositories/git-repository.ts';
import type { Repository } from './repositories/repository.ts';
import { makeSampleRepository } from './repositories/sample-repository.ts';
import { createServer } from './server.ts';

export interface SandboxOptions {
  /** 0, the default, lets the system choose one. */
  readonly port?: number;
  /** Git repositories on disk, named `workspace/slug`; without these and `generated`, a sample that exists while the sandbox runs. */
  readonly repositories?: readonly { readonly fullName: string; readonly path: string }[];
  /** Repositories made up as they are asked for, with so many branches. */
  readonly generated?: readonly { readonly fullName: string; readonly branches: number }[];
  /** The OAuth consumer that is registered here, for all that has a secret; a random one by default. */
  readonly consumer?: { readonly key: string; readonly secret: string };
  /** What the consumer may ask for on Cloud; everything by default. */
  readonly permissions?: readonly Permission[];
  /** Data Center's consumers for OAuth 1.0a, by their RSA public keys; none by default. */
  readonly applicationLinks?: readonly ApplicationLink[];
  /** Tokens as people make them on a page, beside the one that is there at once. */
  readonly tokens?: readonly GivenToken[];
  /** Of OAuth 2.0 tokens (2 hours on Cloud, 1 on Data Center by default) and of OAuth 1.0a tokens on Data Center (5 years). */
  readonly tokenLifetimeSeconds?: number;
  /** What Cloud calls the scope in a token answer: `scopes` until May 2026. */
  readonly scopeField?: 'scope' | 'scopes';
  /** Added to every REST answer. */
  readonly latencyMs?: number;
  readonly onRequest?: Fault;
  readonly clock?: { nowMs(): number };
}

export interface Sandbox {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly consumer: { readonly key: string; readonly secret: string };
  /** A random one of the account, good as a bearer token for either kind. */
  readonly token: string;
  /** Each as `workspace/slug`. */
  readonly repositories: readonly string[];
  /** Everything that the token endpoints of OAuth 2.0 were asked for, in order. */
  readonly tokenRequests: readonly (TokenRequest & { readonly hostKind: HostKind['hostKind'] })[];
  /** Ends all connections and leaves nothing on disk. */
  close(): Promise<void>;
}

/**
 * Starts a small Bitbucket on 127.0.0.1, at once of Cloud's and of Data Center's kind, with one account and a few repositories.
 * @throws {BitbranchError} `usage` for a repository or public key that can't be used and for a port that is taken.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const consumer = options.consumer ?? { key: randomText(18), secret: randomText(32) };
  const token = randomText(32);
  const clock = options.clock ?? { nowMs: () => Date.now() };
  const kinds = hostKinds({
    ...options,
    consumer,
    // Asked for anew each time: what a test withdraws counts no longer.
    tokens: () => [{ token, kind: 'user' }, ...(options.tokens ?? [])],
    clock,
  });
  const { repositories, removeSample } = await openRepositories(options);
  const tokenRequests: Sandbox['tokenRequests'][number][] = [];
  const server = createServer({
    ...kinds,
    scopeField: options.scopeField ?? 'scope',
    repositories,
    latencyMs: options.latencyMs ?? 0,
    clock,
    onRequest: options.onRequest,
    onTokenRequest: (hostKind, request) => tokenRequests.push({ hostKind, ...request }),
  });
  async function close(): Promise<void> {
    await server.close();
    await removeSample();
  }

  try {
    const url = await listen(server, options.port ?? 0);
    const fullNames = repositories.map(({ fullName }) => fullName);
    return { url, consumer, token, repositories: fullNames, tokenRequests, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openRepositories({ repositories = [], generated = [] }: SandboxOptions) {
  const named = [
    ...repositories.map(({ fullName, path }) => gitRepository(fullName, path)),
    ...generated.map(({ fullName, branches }) => generatedRepository(fullName, branches)),
  ];
  checkNames(named);
  // A repository that can't be read is an error now, not an answer later.
  await Promise.all(named.map((repository) => repository.refs()));
  if (named.length > 0) return { repositories: named, removeSample: async () => {} };

  const sample = await makeSampleRepository();
  return {
    repositories: [gitRepository('maria/sample', sample.path, { acceptsPushes: true })],
    removeSample: sample.remove,
  };
}

function checkNames(repositories: readonly Repository[]): void {
  const seen = new Set<string>();
  for (const { fullName } of repositories) {
    if (!/^[\w.-]+\/[\w.-]+$/.test(fullName)) {
      throw new BitbranchError('usage', `"${fullName}" is not the name of a repository.`, {
        hint: 'Name it workspace/slug, in letters, digits, dots, dashes and underscores.',
      });
    }
    if (seen.has(fullName.toLowerCase())) {
      throw new BitbranchError('usage', `There are two repositories named ${fullName}.`, {
        hint: 'Give each repository a name of its own.',
      });
    }
    seen.add(fullName.toLowerCase());
  }
}

async function listen(server: ReturnType<typeof createServer>, port: number): Promise<string> {
  try {
    return await server.listen({ host: '127.0.0.1', port });
  } catch (cause) {
    throw new BitbranchError('usage', `The sandbox could not listen on port ${port}.`, {
      hint: 'Another program may use the port: choose another one, or none to get a free one.',
      cause,
    });
  }
}
