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
 * The same client; the text of a failure does not repeat the credential that was sent. Some servers answer with the request
 * that they refuse, and what a server says of a failure is shown to people and kept in logs.
 */
export function discreet<Client extends HttpClient>(client: Client): Client {
  return {
    ...client,
    async send(request) {
      const response = await client.send(request);
      if (response.status < 400) return response;
      const hide = (text: string) =>
        credentialsIn(request).reduce((rest, secret) => rest.replaceAll(secret, '…'), text);
      return { ...response, text: async () => hide(await response.text()) };
    },
  };
}

/** What of the Authorization header lets somebody in, as it was sent and as a server reads it. */
function credentialsIn({ headers = {} }: HttpRequest): readonly string[] {
  const [, scheme, rest = ''] = /^(\w+) (.*)$/s.exec(headers['authorization'] ?? '') ?? [];
  switch (scheme) {
    case 'OAuth': {
      const sent = [...rest.matchAll(/oauth_(?:token|signature)="([^"]*)"/g)];
      return sent.flatMap(([, value = '']) => [value, decodeURIComponent(value)]).filter(isLong);
    }
    case 'Basic':
      return [
        rest,
        Buffer.from(rest, 'base64')
          .toString()
          .replace(/^[^:]*:/, ''),
      ].filter(isLong);
    default:
      return [rest].filter(isLong);
  }
}

/** What is shorter is no secret, and may stand anywhere. */
function isLong(secret: string): boolean {
  return secret.length >= 6;
}
