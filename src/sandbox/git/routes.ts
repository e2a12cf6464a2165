import type { FastifyInstance } from 'fastify';
import { ApiError } from '../api-error.ts';
import type { Realm } from '../authentication.ts';
import { pathParametersOf, serve } from '../http.ts';
import type { Repository, RepositoryDirectory } from '../repositories/repository.ts';
import { gitPermissions } from './authentication.ts';
import { GitBackend } from './backend.ts';

export interface GitOptions {
  readonly repositories: readonly Repository[];
  readonly realm: Realm;
}

/**
 * Clone addresses of one kind of host, `PREFIX/OWNER/SLUG.git`, by git's smart HTTP protocol.
 * @see https://git-scm.com/docs/http-protocol
 */
export function serveGit(
  app: FastifyInstance,
  prefix: string,
  { repositories, realm }: GitOptions,
): void {
  const backend = new GitBackend();
  app.addHook('onClose', () => backend.close());

  function answer(method: 'GET' | 'POST', path: string) {
    serve(app, `${prefix}/:owner/:slug${path}`, {
      [method]: async (request, reply) => {
        const permissions = gitPermissions(realm, request);
        const { owner = '', slug = '' } = pathParametersOf(request);
        const directory = findDirectory(repositories, owner, slug);
        if (!permissions.includes('repository')) throw new ApiError(403, 'No access to code.');
        const { status, headers, body, abort } = await backend.answer({
          repositoryPath: directory.path,
          path,
          method,
          query: request.raw.url?.split('?')[1] ?? '',
          headers: request.headers,
          mayPush: directory.acceptsPushes && permissions.includes('repository:write'),
          body: request.raw,
        });
        reply.raw.once('close', abort);
        return reply.code(status).headers(headers).send(body);
      },
    });
  }

  answer('GET', '/info/refs');
  answer('POST', '/git-upload-pack');
  answer('POST', '/git-receive-pack');
}

/** Leaves the bodies of requests unread: git reads them, which may be as long as a push is. */
export function acceptPacks(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
}

function findDirectory(
  repositories: readonly Repository[],
  owner: string,
  slug: string,
): RepositoryDirectory {
  const asked = `${owner}/${slug.replace(/\.git$/, '')}`.toLowerCase();
  const found = repositories.find(({ fullName }) => fullName.toLowerCase() === asked);
  if (found?.directory) return found.directory;
  throw new ApiError(404, `There is no repository ${asked} to clone.`);
}
