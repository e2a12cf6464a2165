import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { devNull } from 'node:os';
import type { Readable } from 'node:stream';
import { gitEnvironment } from '../repositories/git-repository.ts';

/** One request of git's smart HTTP protocol, for one repository on disk. */
export interface BackendRequest {
  readonly repositoryPath: string;
  /** Below the repository, such as `/info/refs`. */
  readonly path: string;
  readonly method: string;
  /** Without the question mark. */
  readonly query: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly mayPush: boolean;
  readonly body: Readable;
}

export interface BackendAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
  /** Ends the answer where nobody reads it any longer. */
  abort(): void;
}

/** Answers by `git http-backend`, a CGI program (RFC 3875) that belongs to git. */
export class GitBackend {
  readonly #running = new Set<ChildProcess>();

  /** @throws {Error} when git has no http-backend or it says nothing */
  async answer(request: BackendRequest): Promise<BackendAnswer> {
    const child = spawn('git', [...configuration(request.mayPush), 'http-backend'], {
      env: { ...gitEnvironment(), ...metaVariables(request) },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.#running.add(child);
    child.once('close', () => this.#running.delete(child));
    child.stdin.on('error', () => {}); // it may end before it has read everything
    const failure = once(child, 'error').then(([error]) => Promise.reject(error));
    request.body.pipe(child.stdin);
    const head = await Promise.race([readHead(child.stdout), failure]);
    return { ...parseHead(head), body: child.stdout, abort: () => child.kill() };
  }

  /** Ends what runs, and resolves once nothing of it uses a repository any longer. */
  async close(): Promise<void> {
    const ended = [...this.#running].map((child) => once(child, 'close'));
    for (const child of this.#running) child.kill();
    await Promise.all(ended);
  }
}

/** No hook of the person who runs this, and nothing that goes on in the background once a push is over. */
function configuration(mayPush: boolean): string[] {
  const settings = [
    `http.receivepack=${mayPush}`,
    `core.hooksPath=${devNull}`,
    'receive.autogc=false',
  ];
  return settings.flatMap((setting) => ['-c', setting]);
}

/** RFC 3875 section 4.1. */
function metaVariables(request: BackendRequest): Record<string, string> {
  const { headers } = request;
  const optional = {
    CONTENT_TYPE: headers['content-type'],
    CONTENT_LENGTH: headers['content-length'],
    HTTP_CONTENT_ENCODING: headers['content-encoding'],
    GIT_PROTOCOL: headers['git-protocol'],
  };
  return {
    GIT_HTTP_EXPORT_ALL: '1',
    GIT_PROJECT_ROOT: request.repositoryPath,
    PATH_INFO: request.path,
    REQUEST_METHOD: request.method,
    QUERY_STRING: request.query,
    ...Object.fromEntries(
      Object.entries(optional).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, String(value)]],
      ),
    ),
  };
}

/** The header lines; what follows them stays in the stream. */
async function readHead(stdout: Readable): Promise<string> {
  let bytes = Buffer.alloc(0);
  for await (const chunk of stdout.iterator({ destroyOnReturn: false })) {
    bytes = Buffer.concat([bytes, chunk]);
    const end = bytes.indexOf('\r\n\r\n');
    if (end === -1) continue;
    stdout.unshift(bytes.subarray(end + 4));
    return bytes.toString('latin1', 0, end);
  }
  throw new Error('git http-backend gave no answer');
}

/** RFC 3875 section 6.3: the status is a header, and 200 where there is none. */
function parseHead(head: string): Pick<BackendAnswer, 'status' | 'headers'> {
  const lines = head.split('\r\n').map((line) => /^([^:]+): *(.*)$/.exec(line) ?? []);
  const { status = '200', ...headers } = Object.fromEntries(
    lines.map(([, name = '', value = '']) => [name.toLowerCase(), value]),
  );
  return { status: Number.parseInt(status, 10), headers };
}
