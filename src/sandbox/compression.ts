import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';

const compressBytes = promisify(gzip);
/** Below this a packed answer is hardly smaller and takes longer. */
const leastLength = 1024;

/** Of bytes that may be sent again. */
const packedOf = new WeakMap<Buffer, Promise<Buffer>>();

/** An `onSend` hook: gzip for clients that take it. */
export async function compress(
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): Promise<unknown> {
  const isText = typeof payload === 'string';
  if (!(isText || Buffer.isBuffer(payload)) || payload.length < leastLength) return payload;
  reply.header('vary', 'accept-encoding');
  if (!acceptsGzip(request.headers['accept-encoding'])) return payload;
  reply.header('content-encoding', 'gzip');
  if (isText) return pack(payload);
  const packed = packedOf.get(payload) ?? pack(payload);
  packedOf.set(payload, packed);
  return packed;
}

function pack(payload: string | Buffer): Promise<Buffer> {
  return compressBytes(payload, { level: constants.Z_BEST_SPEED });
}

function acceptsGzip(acceptEncoding: string | string[] | undefined): boolean {
  return /(?:^|,)\s*gzip\s*(?:,|$|;\s*q=(?!0(?:\.0*)?\s*(?:,|$)))/i.test(String(acceptEncoding));
}
