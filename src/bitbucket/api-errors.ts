import type { HttpResponse } from '../context.ts';
import { BitbranchError, type Explanation } from '../errors.ts';
import type { Host } from './hosts.ts';
import { parseJsonText } from './json-text.ts';
import { isIdempotent, retryAfterMs } from './retry.ts';

/** The statuses of a server that is overloaded or restarting. */
const passingStatuses = new Set([502, 503, 504]);
const maxReasonLength = 200;

interface FailedRequest {
  readonly host: Host;
  readonly method: string;
  /** What to tell when the host does not accept the credential. */
  readonly refusal: Explanation;
  readonly nowMs: number;
}

/** What an answer other than 2xx means for a person. Reads the answer's body. */
export async function apiError(
  response: HttpResponse,
  { host, refusal, method, nowMs }: FailedRequest,
): Promise<BitbranchError> {
  const { status } = response;
  const path = new URL(response.url).pathname;
  const body = parseJson(await response.text());
  const reason = reasonIn(body);
  const waitMs = retryAfterMs(response.header('retry-after'), nowMs);

  if (status === 401) return signInNeeded(refusal, oauthProblem(response) ?? reason);
  if (status === 403) return forbidden(host, path, missingScopes(body), reason);
  if (status === 404 || status === 410) {
    return new BitbranchError(
      'not_found',
      sentence(`${host.name} has ${missingAt(path)}`, reason),
      { hint: 'Check the spelling, and who is signed in: bitbranch status' },
    );
  }
  // RFC 6585 section 4.
  if (status === 429) {
    return new BitbranchError(
      'rate_limited',
      sentence(`${host.name} takes no more requests from this account for now`, reason),
      {
        hint:
          waitHint(waitMs, method) ??
          'Wait for some minutes; Bitbucket counts requests by the hour.',
        retryAfterMs: waitMs,
      },
    );
  }
  const isPassing = passingStatuses.has(status);
  const waitAsked = isPassing ? waitHint(waitMs, method) : null;
  return new BitbranchError(
    'server',
    sentence(`${host.name} answered the request for ${path} with status ${status}`, reason),
    {
      hint:
        waitAsked ??
        (status < 500
          ? 'Run the command again with --verbose to see what was asked.'
          : 'The failure is on the side of the server: try again later.'),
      ...(isPassing && { retryAfterMs: waitMs }),
      status,
    },
  );
}

/** A repository and its branches are missed by the name of the repository; it may be private. */
function missingAt(path: string): string {
  const [, workspace, slug] =
    /\/2\.0\/repositories\/([^/]+)\/([^/]+)(?:\/refs\/branches)?$/.exec(path) ??
    /\/rest\/api\/[^/]+\/projects\/([^/]+)\/repos\/([^/]+)(?:\/branches)?$/.exec(path) ??
    [];
  return slug === undefined
    ? `nothing at ${path}, or this account may not see it`
    : `no repository ${workspace}/${slug}, or it is private and this account may not see it`;
}

function signInNeeded(
  { sentence: statement, ...details }: Explanation,
  reason: string | null,
): BitbranchError {
  const message = sentence(statement.replace(/\.$/, ''), reason);
  return new BitbranchError('sign_in_needed', message, details);
}

function forbidden(
  host: Host,
  path: string,
  scopes: readonly string[],
  reason: string | null,
): BitbranchError {
  if (scopes.length === 0) {
    return new BitbranchError(
      'forbidden',
      sentence(`This account may not see ${path} at ${host.name}`, reason),
      { hint: 'Ask an administrator for access, or sign in with another account.' },
    );
  }
  const list = scopes.join(', ');
  return new BitbranchError(
    'forbidden',
    `The credential for ${host.name} lacks a permission that ${path} needs: ${list}.`,
    { hint: `Give the OAuth consumer or token the permission (${list}), then sign in again.` },
  );
}

/** Null where the server does not say how long to wait. */
function waitHint(waitMs: number, method: string): string | null {
  const seconds = Math.ceil(waitMs / 1000);
  if (seconds === 0) return null;
  const wait = `The server asks to wait for ${seconds} ${seconds === 1 ? 'second' : 'seconds'}`;
  return isIdempotent(method)
    ? `${wait}; allow that with --max-wait ${seconds}s.`
    : `${wait}; then run the command again: a ${method} is never sent twice by itself.`;
}

function sentence(statement: string, reason: string | null): string {
  return reason === null ? `${statement}.` : `${statement} (${reason}).`;
}

/** The error code of OAuth 1.0a (Problem Reporting extension) or of RFC 6750 section 3. */
function oauthProblem(response: HttpResponse): string | null {
  const challenge = response.header('www-authenticate') ?? '';
  return /\b(?:oauth_problem|error)="?([a-z_]{1,40})/.exec(challenge)?.[1] ?? null;
}

/**
 * The server's own words: Cloud says `{"error":{"message"}}`, Data Center `{"errors":[{"message"}]}`. Other bodies are not
 * quoted: some repeat the signed request.
 */
function reasonIn(body: unknown): string | null {
  const message = at(body, 'error', 'message') ?? at(body, 'errors', '0', 'message');
  return typeof message === 'string' ? printable(message) : null;
}

/** Cloud's 403 names `{"error":{"detail":{"required":[…],"granted":[…]}}}`. */
function missingScopes(body: unknown): string[] {
  const granted = texts(at(body, 'error', 'detail', 'granted'));
  return texts(at(body, 'error', 'detail', 'required')).filter((scope) => !granted.includes(scope));
}

function texts(value: unknown): string[] {
  const list: unknown[] = Array.isArray(value) ? value : [];
  return list.filter((item) => typeof item === 'string').map(printable);
}

/** One short line without control and formatting characters, which could steer the terminal or reorder the text. */
function printable(text: string): string {
  const line = text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/\.$/, '');
  return line.length > maxReasonLength ? `${line.slice(0, maxReasonLength)}…` : line;
}

function at(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined,
    value,
  );
}

function parseJson(text: string): unknown {
  try {
    return parseJsonText(text);
  } catch {
    return null;
  }
}
