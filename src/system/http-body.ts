import { BitbranchError } from '../errors.ts';
import { networkError } from './network-errors.ts';

const maxTextBytes = 64 * 1024 * 1024;

type Chunks = AsyncIterable<Uint8Array>;

/** How the body of an answer was compressed: only what was offered is understood. */
export interface Encoding {
  /** As UTF-8 text. */
  text(chunks: Chunks, url: string): Promise<string>;
  /** The bytes as they arrive. */
  chunks(chunks: Chunks, url: string): Chunks;
}

export const plain: Encoding = {
  text: async (chunks, url) => (await wholeBody(chunks, url)).toString('utf8'),
  chunks: (chunks) => chunks,
};

/** A body that is wanted whole is decompressed in one step: streams take twice the time and memory for a page of JSON. */
export async function loadGzip(): Promise<Encoding> {
  const [{ createGunzip, gunzipSync }, { pipeline }] = await Promise.all([
    import('node:zlib'),
    import('node:stream'),
  ]);
  return {
    async text(chunks, url) {
      const bytes = await wholeBody(chunks, url);
      if (bytes.byteLength === 0) return '';
      try {
        return gunzipSync(bytes, { maxOutputLength: maxTextBytes }).toString('utf8');
      } catch (error) {
        throw isTooLarge(error) ? tooLarge(url) : networkError(error, url);
      }
    },
    async *chunks(chunks, url) {
      const gunzip = createGunzip();
      try {
        yield* pipeline(chunks, gunzip, () => {});
      } catch (error) {
        if (error instanceof BitbranchError) throw error;
        // RFC 9110 sections 9.3.2 and 15.4.5: an answer to HEAD and a 304 tell of a body that does not come.
        if (gunzip.bytesWritten > 0) throw networkError(error, url);
      }
    },
  };
}

async function wholeBody(chunks: Chunks, url: string): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let byteCount = 0;
  for await (const chunk of chunks) {
    byteCount += chunk.byteLength;
    if (byteCount > maxTextBytes) throw tooLarge(url);
    parts.push(chunk);
  }
  return Buffer.concat(parts, byteCount);
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
}

function tooLarge(url: string): BitbranchError {
  return new BitbranchError(
    'server',
    `${new URL(url).host} answered with more than ${maxTextBytes / 1024 / 1024} MiB.`,
    { hint: 'Ask for less at a time, or tell the administrator of the server.' },
  );
}
