import assert from 'node:assert/strict';
import { createDecipheriv, createHash, randomBytes, scryptSync } from 'node:crypto';
import { test } from 'node:test';
import {
  decrypt,
  deriveKey,
  EncryptedFileError,
  encrypt,
  keyParametersOf,
  newKeyParameters,
  recommendedCost,
} from '../../src/credentials/encrypted-file.ts';

const lowCost = 2 ** 10;
const key = await deriveKey('correct horse', newKeyParameters(lowCost, randomBytes));
const text = 'the secret é \0 \u2028';
const file = Buffer.from(encrypt(text, key, randomBytes));
const digestBytes = 32;
const headerBytes = file.indexOf('\n') + 1;

function withDigest(content: Uint8Array): Buffer {
  return Buffer.concat([content, createHash('sha256').update(content).digest()]);
}

/** The file as somebody would forge it who knows its format and no passphrase. */
function forged(change: (content: Buffer) => Buffer): Buffer {
  return withDigest(change(Buffer.from(file.subarray(0, -digestBytes))));
}

function withHeader(change: object): Buffer {
  return forged((content) => {
    const header = JSON.parse(content.subarray(0, headerBytes).toString());
    const changed = Buffer.from(`${JSON.stringify({ ...header, ...change })}\n`);
    return Buffer.concat([changed, content.subarray(headerBytes)]);
  });
}

async function open(content: Uint8Array, passphrase = 'correct horse'): Promise<string> {
  return decrypt(content, await deriveKey(passphrase, keyParametersOf(content)));
}

test('opens what it made', async () => {
  for (const each of ['', text, 'x'.repeat(100_000)]) {
    assert.equal(await open(encrypt(each, key, randomBytes)), each);
  }
});

test('is scrypt and AES-256-GCM at the recommended cost, by the letter', async () => {
  const parameters = newKeyParameters(recommendedCost, randomBytes);
  const content = Buffer.from(
    encrypt(text, await deriveKey('pass wo\u0308rd', parameters), randomBytes),
  );
  const headerEnd = content.indexOf('\n') + 1;
  const header = JSON.parse(content.subarray(0, headerEnd).toString());
  assert.deepEqual(header, {
    format: 'bitbranch credentials',
    version: 1,
    kdf: 'scrypt',
    N: 131_072,
    r: 8,
    p: 1,
    salt: parameters.salt,
    cipher: 'aes-256-gcm',
    nonce: header.nonce,
  });
  const [salt, nonce] = [Buffer.from(header.salt, 'base64'), Buffer.from(header.nonce, 'base64')];
  assert.deepEqual([salt.length, nonce.length], [16, 12]);

  const secret = scryptSync('pass wörd', salt, 32, { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 });
  const decipher = createDecipheriv('aes-256-gcm', secret, nonce);
  decipher.setAAD(content.subarray(0, headerEnd)).setAuthTag(content.subarray(-48, -32));
  const plain = decipher.update(content.subarray(headerEnd, -48), undefined, 'utf8');
  assert.equal(plain + decipher.final('utf8'), text);
});

test('a nonce comes once', () => {
  const nonces = Array.from({ length: 100 }, () => {
    const content = Buffer.from(encrypt(text, key, randomBytes));
    return JSON.parse(content.subarray(0, content.indexOf('\n')).toString()).nonce;
  });
  assert.equal(new Set(nonces).size, 100);
});

test('another passphrase does not open it', async () => {
  for (const passphrase of ['', 'correct hors', 'Correct horse', 'correct horse ']) {
    await assert.rejects(open(file, passphrase), new EncryptedFileError('wrong-key'));
  }
});

test('a byte changed by accident is damage, wherever it is', async () => {
  for (let index = 0; index < file.length; index += 1) {
    const changed = Buffer.from(file);
    changed[index] = (changed[index] ?? 0) ^ 0x01;
    await assert.rejects(open(changed), EncryptedFileError, `byte ${index}`);
    if (index >= headerBytes) {
      await assert.rejects(open(changed), new EncryptedFileError('damaged'), `byte ${index}`);
    }
  }
});

test('a byte changed on purpose is refused, wherever it is', async () => {
  for (let index = 0; index < file.length - digestBytes; index += 1) {
    const changed = forged((content) => {
      content[index] = (content[index] ?? 0) ^ 0x01;
      return content;
    });
    await assert.rejects(open(changed), EncryptedFileError, `byte ${index}`);
  }
});

test('whatever is cut off or added is damage', async () => {
  const damaged = new EncryptedFileError('damaged');
  for (let length = 0; length < file.length; length += 1) {
    await assert.rejects(open(file.subarray(0, length)), damaged, `${length} bytes`);
  }
  for (const added of [Buffer.concat([file, Buffer.from('\n')]), Buffer.concat([file, file])]) {
    await assert.rejects(open(added), damaged);
  }
});

const headers: Record<string, [change: object, reason: EncryptedFileError['reason']]> = {
  'of a newer version': [{ version: 2, cipher: 'of the future' }, 'newer'],
  'of another format': [{ format: 'other' }, 'damaged'],
  'of version 0': [{ version: 0 }, 'damaged'],
  'with more memory than we have': [{ N: 2 ** 40 }, 'damaged'],
  'with a cost that is no power of two': [{ N: 2 ** 17 + 1 }, 'damaged'],
  'that makes guessing cheap': [{ N: 2 }, 'damaged'],
  'with another block size': [{ r: 1_000_000 }, 'damaged'],
  'without a salt': [{ salt: '' }, 'damaged'],
  'with another salt': [{ salt: Buffer.alloc(16).toString('base64') }, 'wrong-key'],
  'with another nonce': [{ nonce: Buffer.alloc(12).toString('base64') }, 'wrong-key'],
  'with a short nonce': [{ nonce: 'AAAA' }, 'damaged'],
  'with another cost': [{ N: 2 ** 11 }, 'wrong-key'],
  'with something more': [{ more: true }, 'wrong-key'],
};
for (const [what, [change, reason]] of Object.entries(headers)) {
  test(`a forged header ${what} is refused`, async () => {
    await assert.rejects(open(withHeader(change)), new EncryptedFileError(reason));
  });
}

test('a forged header without any ciphertext or tag is refused', async () => {
  for (const length of [headerBytes, headerBytes + 15, headerBytes + 16]) {
    const cut = forged((content) => content.subarray(0, length));
    await assert.rejects(open(cut), EncryptedFileError, `${length} bytes`);
  }
});
