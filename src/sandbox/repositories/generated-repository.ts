import { hash } from 'node:crypto';
import type { Branch, BranchList, Repository } from './repository.ts';

const mainBranch = 'main';
/** In the order of their names, and before `main`, so that a position tells the name without sorting. */
const prefixes = ['bugfix', 'feature', 'hotfix'] as const;
const authors = ['Ada Example <ada@example.com>', 'Björk Example <bjork@example.com>'] as const;
const newestMs = Date.UTC(2026, 9, 31, 12);
const stepMs = 7 * 60 * 1000;

/** A repository of any size that exists only as arithmetic: `main` and as many other branches as it takes. */
export function generatedRepository(fullName: string, size: number): Repository {
  const groupSize = Math.ceil((size - 1) / prefixes.length);

  function nameAt(position: number): string {
    if (position === size - 1) return mainBranch;
    const prefix = prefixes[Math.floor(position / groupSize)];
    return `${prefix}/BB-${String(position + 1).padStart(7, '0')}`;
  }

  function at(position: number): Branch {
    const author = authors[position % authors.length] ?? authors[0];
    return {
      name: nameAt(position),
      target: {
        hash: sha1(`${fullName} commit ${position}`),
        date: dateAt(size - 1 - position),
        message: `Change number ${position + 1}\n`,
        author: { raw: author },
        parents: [sha1(`${fullName} parent ${position}`)],
      },
    };
  }

  function find(name: string): Branch | undefined {
    const position = name === mainBranch ? size - 1 : Number(/\/BB-(\d{7,})$/.exec(name)?.[1]) - 1;
    return position >= 0 && position < size && nameAt(position) === name ? at(position) : undefined;
  }

  const branches: BranchList = { size, at, find };
  const refs = { branches, mainBranch: size > 0 ? mainBranch : null };
  return { fullName, directory: null, refs: async () => refs, distance: async () => null };
}

/** Scattered, so that an order by date is not the order of the names. */
function dateAt(age: number): string {
  const scattered = age % 2 === 0 ? age : age * 3;
  return new Date(newestMs - scattered * stepMs).toISOString().replace('.000Z', '+00:00');
}

function sha1(text: string): string {
  return hash('sha1', text);
}
