import * as v from 'valibot';
import { BitbranchError } from '../errors.ts';
import { hostCommand, loginCommand } from '../host-command.ts';
import type { RecordReference, SecretRecords, SecretRecordType } from './credential-store.ts';

const version = 1;

const secretConsumer = v.object({ key: v.string(), secret: v.string() });
const consumer = v.union([secretConsumer, v.object({ key: v.string(), privateKey: v.string() })]);

/** A credential must have been made for the very host that it is found under. */
const credential = (host: string) => {
  const base = {
    host: v.literal(host),
    kind: v.picklist(['cloud', 'datacenter']),
    account: v.object({ name: v.string(), displayName: v.nullable(v.string()) }),
    expiresAt: v.nullable(v.string()),
  } as const;
  return v.variant('protocol', [
    v.object({
      ...base,
      protocol: v.literal('oauth1'),
      consumer,
      token: v.string(),
      tokenSecret: v.string(),
      sessionHandle: v.nullable(v.string()),
    }),
    v.object({
      ...base,
      protocol: v.literal('oauth2'),
      consumer: secretConsumer,
      accessToken: v.string(),
      refreshToken: v.nullable(v.string()),
      issuedAt: v.string(),
    }),
    v.object({ ...base, protocol: v.literal('token'), token: v.string() }),
  ]);
};

const pending = (host: string) => {
  const base = { host: v.literal(host), kind: v.picklist(['cloud', 'datacenter']) } as const;
  return v.variant('protocol', [
    v.object({
      ...base,
      protocol: v.literal('oauth1'),
      consumer,
      token: v.string(),
      tokenSecret: v.string(),
    }),
    v.object({
      ...base,
      protocol: v.literal('oauth2'),
      consumer: secretConsumer,
      url: v.string(),
      redirectUri: v.string(),
      state: v.string(),
      codeVerifier: v.string(),
    }),
  ]);
};

const schemas: {
  [T in SecretRecordType]: (host: string) => v.GenericSchema<unknown, SecretRecords[T]>;
} = {
  consumer: () => consumer,
  credential,
  pending,
};

const envelope = v.object({ version: v.number(), record: v.unknown() });

/** The text that a store keeps of a record: JSON, so that no character of a secret is lost, not even NUL. */
export function encodeRecord(record: SecretRecords[SecretRecordType]): string {
  return JSON.stringify({ version, record });
}

/** @throws {BitbranchError} `store_unavailable` for what a newer version wrote, and for what is no record at all. */
export function decodeRecord<T extends SecretRecordType>(
  reference: RecordReference<T>,
  text: string,
): SecretRecords[T] {
  const { type, host } = reference;
  const stored = v.safeParse(envelope, parseJson(text));
  if (stored.success && stored.output.version > version) {
    throw new BitbranchError(
      'store_unavailable',
      `The stored ${type} was written by a newer version of bitbranch.`,
      { hint: 'Upgrade bitbranch, or sign in again with this version.' },
    );
  }
  const record = stored.success ? v.safeParse(schemas[type](host), stored.output.record) : stored;
  if (!record.success) throw damaged(reference);
  return record.output;
}

/** Says nothing about what was found: it may be a secret. A new sign-in overwrites all but a consumer, which it reads. */
export function damaged({ type, host, name }: RecordReference): BitbranchError {
  const hint =
    type === 'consumer'
      ? `Forget it with: ${hostCommand('consumer remove', { url: host }, ['--consumer-key', name])}`
      : `Sign in again with: ${loginCommand({ url: host })}`;
  return new BitbranchError('store_unavailable', `The stored ${type} is damaged.`, {
    hint,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
