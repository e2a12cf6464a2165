import type { Context } from '../../context.ts';
import { BitbranchError } from '../../errors.ts';
import type { Arguments } from '../arguments.ts';
import { type CandidateKind, candidateKinds, candidates } from '../completion/candidates.ts';
import { namedHost } from '../host-choice.ts';
import { oneOf } from '../options.ts';
import { suggest } from '../output/fields.ts';

const shells = ['bash', 'zsh', 'fish', 'powershell'] as const;

export async function run(args: Arguments, context: Context): Promise<void> {
  const kind = args.value('candidates');
  if (kind !== undefined)
    return printCandidates(oneOf('--candidates', candidateKinds, kind), args, context);
  const shell = shells.find((name) => name === args.operands[0]);
  if (shell === undefined) {
    throw new BitbranchError('usage', unknownShell(args.operands[0]), {
      hint: suggest(args.operands[0] ?? '', shells, 'Name one of'),
    });
  }
  const { completionScript } = await import('../completion/scripts.ts');
  await context.terminal.stdout.write(completionScript[shell]());
}

function unknownShell(name: string | undefined): string {
  return name === undefined
    ? 'For which shell is the completion?'
    : `There is no completion for "${name}".`;
}

/** Whoever presses Tab is in the middle of a line: where nothing can be told, nothing is said. */
async function printCandidates(
  kind: CandidateKind,
  args: Arguments,
  { env, settings, terminal }: Context,
): Promise<void> {
  let found: readonly string[] = [];
  try {
    const known = await settings.read();
    found = candidates(kind, known, namedHost({ args, env, settings: known })?.url ?? null);
  } catch {
    // Settings that can't be read or a host that is half typed: the command itself will tell.
  }
  await terminal.stdout.write(found.map((candidate) => `${candidate}\n`).join(''));
}
