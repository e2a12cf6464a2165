import { BitbranchError } from '../errors.ts';
import type { Host } from './hosts.ts';
import { parseJsonText } from './json-text.ts';

/**
 * The JSON document that a host answered with.
 * @throws {BitbranchError} `server` for what is no JSON
 */
export function answeredDocument(text: string, { name }: Host, url: string): unknown {
  try {
    return parseJsonText(text);
  } catch {
    const what = /^\s*</.test(text) ? 'a web page' : 'something else';
    throw new BitbranchError(
      'server',
      `${name} answered the request for ${new URL(url).pathname} with ${what} instead of JSON.`,
      {
        hint: 'Check that --host names a Bitbucket, and that no proxy or sign-in page answers in its place.',
      },
    );
  }
}
