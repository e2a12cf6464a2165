import type { IncomingMessage, ServerResponse } from 'node:http';

type Answer = {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body: unknown;
};

const hash = '0123456789abcdef0123456789abcdef01234567';

/** REST answers by path for whoever signed in; everything else is 404. */
const answers = {
  cloud: (name: string): Readonly<Record<string, Answer>> => ({
    '/2.0/user': { body: { username: name, display_name: 'Ada Lovelace' } },
    '/2.0/repositories/acme/rocket': { body: { mainbranch: { name: 'main' } } },
    '/2.0/repositories/acme/rocket/refs/branches': {
      body: { values: ['main', 'feature/oauth2'].map(cloudBranch) },
    },
  }),
  datacenter: (name: string): Readonly<Record<string, Answer>> => ({
    '/rest/api/latest/application-properties': {
      headers: { 'X-AUSERNAME': name },
      body: { version: '9.4.0', displayName: 'Bitbucket' },
    },
    [`/rest/api/latest/users/${name}`]: {
      body: { name, slug: name, displayName: 'Ada Lovelace', active: true, type: 'NORMAL' },
    },
    '/rest/api/latest/projects/ACME/repos/rocket/branches': {
      body: {
        values: ['main', 'feature/oauth2'].map(dataCenterBranch),
        size: 2,
        limit: 25,
        start: 0,
        isLastPage: true,
        nextPageStart: null,
      },
    },
    '/rest/api/latest/projects/ACME/repos/rocket/default-branch': {
      body: dataCenterBranch('main'),
    },
  }),
};

/**
 * A request handler that answers only to `Authorization: Bearer` with a token that `ownerOf` knows: 401 otherwise, in
 * the words of the kind.
 */
export function protectedApi(
  kind: 'cloud' | 'datacenter',
  ownerOf: (token: string) => Promise<string | null>,
) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [, token = ''] = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '') ?? [];
    const owner = await ownerOf(token);
    const { pathname } = new URL(request.url ?? '', 'http://127.0.0.1');
    const {
      status = 200,
      headers,
      body,
    } = owner === null
      ? refusal(
          kind,
          401,
          'Access token expired. Use your refresh token to obtain a new access token.',
        )
      : (answers[kind](owner)[pathname] ?? refusal(kind, 404, 'Not found'));
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
}

function refusal(kind: 'cloud' | 'datacenter', status: number, message: string): Answer {
  const body =
    kind === 'cloud'
      ? { type: 'error', error: { message } }
      : { errors: [{ context: null, message, exceptionName: null }] };
  return { status, body };
}

function cloudBranch(name: string) {
  return {
    name,
    target: {
      hash,
      date: '2026-01-02T03:04:05+00:00',
      message: 'Lift off\n',
      author: { raw: 'Ada Lovelace <ada@example.com>' },
    },
    links: { html: { href: `https://bitbucket.org/acme/rocket/branch/${name}` } },
  };
}

function dataCenterBranch(name: string) {
  return {
    id: `refs/heads/${name}`,
    displayId: name,
    type: 'BRANCH',
    latestCommit: hash,
    latestChangeset: hash,
    isDefault: name === 'main',
  };
}
