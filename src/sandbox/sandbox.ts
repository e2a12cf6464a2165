import { BitbranchError } from '../errors.ts';
import { OAuth1Provider, randomText } from './oauth1-provider.ts';
import type { Permission } from './permission.ts';
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
  /** The OAuth consumer that is registered here; a random one by default. */
  readonly consumer?: { readonly key: string; readonly secret: string };
  /** What the consumer may ask for; both by default. */
  readonly permissions?: readonly Permission[];
  /** Added to every REST answer. */
  readonly latencyMs?: number;
  readonly clock?: { nowMs(): number };
}

export interface Sandbox {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly consumer: { readonly key: string; readonly secret: string };
  /** Each as `workspace/slug`. */
  readonly repositories: readonly string[];
  /** Ends all connections and leaves nothing on disk. */
  close(): Promise<void>;
}

/**
 * Starts a small Bitbucket on 127.0.0.1 with one account, one consumer and a few repositories.
 * @throws {BitbranchError} `usage` for a repository that can't be served and for a port that is taken.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { repositories, removeSample } = await openRepositories(options);
  const consumer = options.consumer ?? { key: randomText(18), secret: randomText(32) };
  const clock = options.clock ?? { nowMs: () => Date.now() };
  const server = createServer({
    provider: new OAuth1Provider({ consumer, clock }),
    consumerKey: consumer.key,
    permissions: options.permissions ?? ['account', 'repository'],
    repositories,
    latencyMs: options.latencyMs ?? 0,
    clock,
  });
  async function close(): Promise<void> {
    await server.close();
    await removeSample();
  }

  try {
    const url = await listen(server, options.port ?? 0);
    return { url, consumer, repositories: repositories.map(({ fullName }) => fullName), close };
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
    repositories: [gitRepository('maria/sample', sample.path)],
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
