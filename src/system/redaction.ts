import type { HttpClient, HttpRequest } from '../context.ts';

/** Parameters whose values let somebody in; the rest of a URL tells what was asked. */
const secretParameter =
  /([?&](?:oauth_[a-z_]*|code|state|[a-z_]*token|[a-z_]*secret|[a-z_]*assertion)=)[^&\s]*/gi;

/** Takes secrets out of what is told. */
export function redact(text: string): string {
  return text
    .replace(secretParameter, '$1…')
    .replace(/\b(Basic|Bearer|OAuth) +\S.*/gi, '$1 …')
    .replace(/(:\/\/)[^/?#\s]*@/g, '$1…@');
}

/**
 * The same client; neither the headers of an answer nor the text of a failure repeat the secrets that were sent. Some servers
 * answer with the request that they refuse, and what a server says of a failure is shown to people and kept in logs.
 */
export function discreet<Client extends HttpClient>(client: Client): Client {
  return {
    ...client,
    async send(request) {
      const response = await client.send(request);
      const hide = (text: string) =>
        secretsIn(request)
          .flatMap(spellings)
          .reduce((rest, secret) => rest.replaceAll(secret, '…'), text);
      return {
        ...response,
        header(name) {
          const value = response.header(name);
          return value === null ? null : hide(value);
        },
        *headers() {
          for (const [name, value] of response.headers()) yield [name, hide(value)];
        },
        text: async () => (response.status < 400 ? response.text() : hide(await response.text())),
      };
    },
  };
}

/** What of a request lets somebody in; what is shorter is no secret, and may stand anywhere. */
function secretsIn(request: HttpRequest): readonly string[] {
  return [...secretsOfHeader(request), ...secretsOfForm(request)].filter(
    (secret) => secret.length >= 6,
  );
}

/** Of the Authorization header: RFC 5849 section 3.5.1, RFC 7617 section 2, RFC 6750 section 2.1. */
function secretsOfHeader({ headers = {} }: HttpRequest): readonly string[] {
  const [, scheme, rest = ''] = /^(\w+) (.*)$/s.exec(headers['authorization'] ?? '') ?? [];
  switch (scheme) {
    case 'OAuth': {
      const sent = rest.matchAll(/oauth_(?:token|signature|verifier|session_handle)="([^"]*)"/g);
      return [...sent].map(([, value = '']) => decodeURIComponent(value));
    }
    case 'Basic': {
      const [, password = ''] = /:(.*)$/s.exec(Buffer.from(rest, 'base64').toString()) ?? [];
      // RFC 6749 section 2.3.1 has the secret of a client form-encoded first.
      const [decoded = ''] = new URLSearchParams(`=${password}`).values();
      return [rest, password, decoded];
    }
    default:
      return [rest];
  }
}

/** Of a form, as RFC 6749 sections 2.3.1, 4.1.3 and 6 have it. */
function secretsOfForm({ headers = {}, body = '' }: HttpRequest): readonly string[] {
  if (!/^application\/x-www-form-urlencoded\b/i.test(headers['content-type'] ?? '')) return [];
  const names = ['client_secret', 'code', 'code_verifier', 'refresh_token'];
  const form = new URLSearchParams(body);
  return names.flatMap((name) => form.getAll(name));
}

/** As it is, percent-encoded, form-encoded, and within JSON. */
function spellings(secret: string): readonly string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const form = new URLSearchParams([['', secret]]).toString().slice(1);
  return [secret, encodeURIComponent(secret), form, json, json.replaceAll('/', '\\/')];
}
