import type { ApiRequest } from '../../bitbucket/api-client.ts';
import type { Context } from '../../context.ts';
import { BitbranchError } from '../../errors.ts';
import { apiPath, pathExamples } from '../api-path.ts';
import type { Arguments } from '../arguments.ts';
import { oneOf } from '../options.ts';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
const methodsWithoutBody: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/** What the program itself says in every request. */
const ownHeaders = new Set([
  'authorization',
  'connection',
  'content-length',
  'host',
  'proxy-authorization',
  'transfer-encoding',
]);

/**
 * The request that argv words.
 * @throws {BitbranchError} `usage`
 */
export async function apiRequest(args: Arguments, context: Context): Promise<ApiRequest> {
  const [operand] = args.operands;
  if (operand === undefined) {
    throw new BitbranchError('usage', 'bitbranch api needs a PATH.', {
      hint: pathExamples,
    });
  }
  const path = apiPath(operand);
  const method = oneOf('--method', methods, (args.value('method') ?? 'GET').toUpperCase());
  const fields = args.values('field').map(parseField);
  const headers = Object.fromEntries(args.values('header').map(parseHeader));
  refuseContradiction(method, args);
  if (methodsWithoutBody.includes(method)) {
    const pathOrUrl = withQuery(path, fields);
    if (args.has('paginate')) refusePartialPages(pathOrUrl);
    return { method, pathOrUrl, headers };
  }
  const body = await bodyOf(args, fields, context);
  if (body === undefined) return { method, pathOrUrl: path, headers };
  return {
    method,
    pathOrUrl: path,
    headers: { 'content-type': 'application/json', ...headers },
    body,
  };
}

function refuseContradiction(method: string, args: Arguments): void {
  if (args.value('json') !== undefined) {
    throw new BitbranchError(
      'usage',
      'bitbranch api picks no fields: it prints what the host sends.',
      {
        hint: 'Leave the fields of --json out; on Cloud, --field fields=values.name asks for less.',
      },
    );
  }
  if (args.has('paginate') && method !== 'GET') {
    throw new BitbranchError('usage', `--paginate follows pages, which ${method} has none of.`, {
      hint: 'Leave --paginate or --method out.',
    });
  }
  if (!args.has('body')) return;
  if (methodsWithoutBody.includes(method)) {
    throw new BitbranchError('usage', `A ${method} request has no body.`, {
      hint: 'Add --method POST (or PUT, PATCH, DELETE).',
    });
  }
  if (args.has('field')) {
    throw new BitbranchError('usage', '--body and --field are two ways to give a body.', {
      hint: 'Leave one of them out.',
    });
  }
}

type Field = readonly [key: string, value: string];

function parseField(text: string): Field {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new BitbranchError('usage', `--field ${text} is not KEY=VALUE.`, {
    hint: 'For example: --field name=feature/login',
  });
}

function withQuery(path: string, fields: readonly Field[]): string {
  if (fields.length === 0) return path;
  const query = fields.map(([key, value]) => `${encoded(key)}=${encoded(value)}`).join('&');
  return `${path}${path.includes('?') ? '&' : '?'}${query}`;
}

/** A partial response of Cloud without `next` looks like the last page of its list. */
function refusePartialPages(path: string): void {
  const [, query] = path.split(/\?(.*)/s);
  const fields = new URLSearchParams(query).get('fields')?.split(',') ?? [];
  // Read as a query, `+` before a field that is added is a space.
  const isPicked = fields.some((field) => /^[^-+ ]/.test(field));
  const hasNext = !isPicked || fields.some((field) => field === 'next' || field === '*');
  if (!path.startsWith('/2.0/') || (hasNext && !fields.includes('-next'))) return;
  throw new BitbranchError(
    'usage',
    '--paginate goes from page to page by next, which fields= leaves out.',
    {
      hint: 'Add it, and size if the number of values shall be checked: fields=next,size,values.name',
    },
  );
}

function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** RFC 9110 sections 5.1 and 5.5: a token, and text without control characters. */
function parseHeader(text: string): Field {
  const [, name = '', value = ''] = /^([\w!#$%&'*+.^`|~-]+):[ \t]*([^\p{Cc}]*)$/u.exec(text) ?? [];
  if (name === '' || /[^\u0020-\u00ff]/.test(value)) {
    throw new BitbranchError('usage', 'A --header is not NAME:VALUE.', {
      hint: 'For example: --header "Accept: text/plain"',
    });
  }
  if (ownHeaders.has(name.toLowerCase())) {
    throw new BitbranchError('usage', `The header ${name} is set by bitbranch itself.`, {
      hint: 'Leave it out; --account or BITBRANCH_TOKEN say who asks, --host says whom.',
    });
  }
  return [name.toLowerCase(), value.trim()];
}

async function bodyOf(
  args: Arguments,
  fields: readonly Field[],
  { files, terminal }: Context,
): Promise<string | undefined> {
  const file = args.value('body');
  if (file !== undefined) return file === '-' ? terminal.readStdin() : files.readText(file);
  return fields.length === 0 ? undefined : JSON.stringify(Object.fromEntries(fields));
}
