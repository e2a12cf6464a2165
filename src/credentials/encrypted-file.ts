import { createCipheriv, createDecipheriv, createHash, scrypt } from 'node:crypto';
import * as v from 'valibot';

/*
 * A header, a line feed, the ciphertext, the tag, and the SHA-256 of all that. The header is one line of JSON; its bytes are
 * the additional authenticated data. The digest protects from nobody: it tells a damaged file from a wrong passphrase.
 */

const format = 'bitbranch credentials';
const version = 1;
const cipher = 'aes-256-gcm';
const keyBytes = 32;
const tagBytes = 16;
const digestBytes = 32;
/** NIST SP 800-38D section 8.2.2: 96 random bits, so few writes that none comes twice. */
const nonceBytes = 12;
const saltBytes = 16;

/** What a key is made of besides the passphrase. */
export interface KeyParameters {
  /** The cost of scrypt (RFC 7914 section 2), its N; block size 8, parallelisation 1. */
  readonly cost: number;
  /** Base64. */
  readonly salt: string;
}

export interface Key extends KeyParameters {
  readonly bytes: Uint8Array;
}

/** Takes some 0.4 s and 128 MiB; whoever guesses passphrases pays that for each. */
export const recommendedCost = 2 ** 17;

export type RandomBytes = (length: number) => Uint8Array;

/** Why a file can't be opened. */
export class EncryptedFileError extends Error {
  readonly reason: 'damaged' | 'newer' | 'wrong-key';

  constructor(reason: EncryptedFileError['reason']) {
    super(reason);
    this.reason = reason;
  }
}

export function newKeyParameters(cost: number, random: RandomBytes): KeyParameters {
  return { cost, salt: toBase64(random(saltBytes)) };
}

export function deriveKey(passphrase: string, { cost, salt }: KeyParameters): Promise<Key> {
  const [blockSize, parallelization] = [8, 1];
  const maxmem = 2 * 128 * cost * blockSize;
  const normalised = passphrase.normalize('NFC'); // a letter with an accent can be typed as one character or two
  return new Promise((resolve, reject) => {
    scrypt(
      normalised,
      Buffer.from(salt, 'base64'),
      keyBytes,
      { cost, blockSize, parallelization, maxmem },
      (error, bytes) => (error ? reject(error) : resolve({ cost, salt, bytes })),
    );
  });
}

export function encrypt(text: string, key: Key, random: RandomBytes): Uint8Array {
  const nonce = random(nonceBytes);
  const header = Buffer.from(`${JSON.stringify(headerOf(key, nonce))}\n`);
  const encryption = createCipheriv(cipher, key.bytes, nonce).setAAD(header);
  const ciphertext = Buffer.concat([encryption.update(text, 'utf8'), encryption.final()]);
  const content = Buffer.concat([header, ciphertext, encryption.getAuthTag()]);
  return Buffer.concat([content, digestOf(content)]);
}

/**
 * What the key of a file is made of.
 * @throws {EncryptedFileError} `damaged` or `newer`
 */
export function keyParametersOf(file: Uint8Array): KeyParameters {
  const { N: cost, salt } = parse(file);
  return { cost, salt };
}

/** @throws {EncryptedFileError} `wrong-key` also for a file that somebody forged */
export function decrypt(file: Uint8Array, key: Key): string {
  const { nonce, headerBytes, ciphertext, tag } = parse(file);
  const decryption = createDecipheriv(cipher, key.bytes, Buffer.from(nonce, 'base64'), {
    authTagLength: tagBytes,
  })
    .setAAD(headerBytes)
    .setAuthTag(tag);
  try {
    return Buffer.concat([decryption.update(ciphertext), decryption.final()]).toString();
  } catch {
    throw new EncryptedFileError('wrong-key');
  }
}

const newerSchema = v.object({
  format: v.literal(format),
  version: v.pipe(v.number(), v.minValue(version + 1)),
});

const headerSchema = v.object({
  format: v.literal(format),
  version: v.literal(version),
  kdf: v.literal('scrypt'),
  // A bound on the memory that a file can make us use: 1 GiB.
  N: v.pipe(v.number(), v.minValue(2 ** 10), v.maxValue(2 ** 20), v.check(isPowerOfTwo)),
  r: v.literal(8),
  p: v.literal(1),
  salt: base64Of(saltBytes),
  cipher: v.literal(cipher),
  nonce: base64Of(nonceBytes),
});

function headerOf({ cost, salt }: Key, nonce: Uint8Array): v.InferOutput<typeof headerSchema> {
  const kdf = { kdf: 'scrypt', N: cost, r: 8, p: 1, salt } as const;
  return { format, version, ...kdf, cipher, nonce: toBase64(nonce) };
}

interface Parsed extends v.InferOutput<typeof headerSchema> {
  /** As it stands in the file, with its line feed. */
  readonly headerBytes: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly tag: Uint8Array;
}

function parse(bytes: Uint8Array): Parsed {
  const file = Buffer.from(bytes);
  const headerEnd = file.indexOf('\n') + 1;
  const headerBytes = file.subarray(0, headerEnd);
  const header = parseJson(headerBytes.toString());
  if (v.is(newerSchema, header)) throw new EncryptedFileError('newer');

  const content = file.subarray(0, -digestBytes);
  const isWhole = digestOf(content).equals(file.subarray(-digestBytes));
  if (!isWhole || !v.is(headerSchema, header)) throw new EncryptedFileError('damaged');
  const tagStart = content.length - tagBytes;
  const ciphertext = content.subarray(headerEnd, tagStart);
  return { ...header, headerBytes, ciphertext, tag: content.subarray(tagStart) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function digestOf(content: Uint8Array): Buffer {
  return createHash('sha256').update(content).digest();
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function base64Of(length: number) {
  return v.pipe(
    v.string(),
    v.check((text) => Buffer.from(text, 'base64').length === length),
  );
}

function isPowerOfTwo(number: number): boolean {
  return Number.isInteger(Math.log2(number));
}
