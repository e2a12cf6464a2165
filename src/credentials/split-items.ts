import { createHash } from 'node:crypto';
import type { Random } from '../context.ts';
import { IncompleteItemError, type Keychain } from './keychain.ts';

/** What the item under the account itself holds of a secret that was split: where its parts are, and their digest. */
interface Head {
  /** `gone` while the secret is being deleted: nobody reads it any longer, and its parts are still to go. */
  readonly state: 'split' | 'gone';
  readonly generation: string;
  readonly count: number;
  /** SHA-256 of the whole secret in hex. */
  readonly digest: string;
}

const headPattern = /^(split|gone):([^:]+):(\d+):([0-9a-f]{64})$/;

/**
 * A keychain whose items have no size limit over one whose items hold `itemLimitBytes` each.
 *
 * A longer secret goes into parts under a name that was never used before, then one item that names them takes the place
 * of the old secret, then the old parts go. A secret that is deleted is first marked as gone. So whoever reads at any moment,
 * and after a crash at any point, finds the old secret or the new one, or none after a deletion; a crash while it is written
 * can leave parts behind that no item names.
 */
export function splitItems(keychain: Keychain, itemLimitBytes: number, random: Random): Keychain {
  async function readHead(service: string, account: string): Promise<Head | null> {
    return parseHead(await keychain.get(service, account));
  }

  async function readParts(service: string, account: string, head: Head): Promise<string | null> {
    const parts: string[] = [];
    for (const name of partNames(account, head)) {
      parts.push((await keychain.get(service, name)) ?? '');
    }
    const secret = Buffer.from(parts.join(''), 'base64').toString();
    return digestOf(secret) === head.digest ? secret : null;
  }

  async function deleteParts(service: string, account: string, head: Head | null): Promise<void> {
    if (head === null) return;
    for (const name of partNames(account, head)) await keychain.delete(service, name);
  }

  async function setParts(service: string, account: string, secret: string): Promise<void> {
    const parts = partsOf(secret, itemLimitBytes);
    const head: Head = {
      state: 'split',
      generation: Buffer.from(random.bytes(16)).toString('hex'),
      count: parts.length,
      digest: digestOf(secret),
    };
    for (const [index, name] of partNames(account, head).entries()) {
      await keychain.set(service, name, parts[index] ?? '');
    }
    await keychain.set(service, account, formatHead(head));
  }

  return {
    prepare: () => keychain.prepare(),

    async get(service, account) {
      let item = await keychain.get(service, account);
      for (;;) {
        const head = parseHead(item);
        if (head === null) return item;
        if (head.state === 'gone') return null;
        const secret = await readParts(service, account, head);
        if (secret !== null) return secret;
        const newer = await keychain.get(service, account);
        if (newer === item) throw new IncompleteItemError();
        item = newer;
      }
    },

    async set(service, account, secret) {
      const old = await readHead(service, account);
      const fits = Buffer.byteLength(secret) <= itemLimitBytes && parseHead(secret) === null;
      await (fits ? keychain.set(service, account, secret) : setParts(service, account, secret));
      await deleteParts(service, account, old);
    },

    /** The head goes last, so that a deletion that was cut off can be repeated. */
    async delete(service, account) {
      const head = await readHead(service, account);
      if (head !== null) {
        await keychain.set(service, account, formatHead({ ...head, state: 'gone' }));
        await deleteParts(service, account, head);
      }
      return keychain.delete(service, account);
    },
  };
}

function parseHead(item: string | null): Head | null {
  const [, state, generation, count, digest] = headPattern.exec(item ?? '') ?? [];
  if (generation === undefined || count === undefined || digest === undefined) return null;
  return { state: state === 'gone' ? 'gone' : 'split', generation, count: Number(count), digest };
}

function formatHead({ state, generation, count, digest }: Head): string {
  return `${state}:${generation}:${count}:${digest}`;
}

function partNames(account: string, { generation, count }: Head): string[] {
  return Array.from({ length: count }, (_, index) => `${account}#${generation}.${index}`);
}

/** In base64, so that a part is as many bytes as characters and none is cut inside a character. */
function partsOf(secret: string, limitBytes: number): string[] {
  const text = Buffer.from(secret).toString('base64');
  return Array.from({ length: Math.ceil(text.length / limitBytes) }, (_, index) =>
    text.slice(index * limitBytes, (index + 1) * limitBytes),
  );
}

function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
