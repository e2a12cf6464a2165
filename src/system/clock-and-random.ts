import { randomBytes } from 'node:crypto';
import type { Clock, Random } from '../context.ts';

/** 25 days: what is longer would overflow Node's timers and fire at once. */
const longestTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  async sleep(durationMs, signal) {
    const { setTimeout: sleep } = await import('node:timers/promises');
    try {
      await sleep(Math.min(durationMs, longestTimerMs), undefined, { signal });
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    }
  },
};

export const systemRandom: Random = {
  bytes: (length) => randomBytes(length),
};

export async function newPrivateKey(): Promise<string> {
  const [{ generateKeyPair }, { promisify }] = await Promise.all([
    import('node:crypto'),
    import('node:util'),
  ]);
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 3072,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return privateKey;
}
