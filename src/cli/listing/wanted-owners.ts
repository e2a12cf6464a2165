import type { Context } from '../../context.ts';
import { BitbranchError } from '../../errors.ts';
import type { Arguments } from '../arguments.ts';
import { namesGiven } from './wanted-repositories.ts';

/**
 * The workspaces, or keys of projects, that operands and standard input name.
 * @throws {BitbranchError} `usage` for what can't be the name of one
 */
export async function namedOwners(args: Arguments, context: Context): Promise<readonly string[]> {
  const names = await namesGiven(args, context);
  const wrong = names.find((name) => !/^[^/\s]+$/.test(name));
  if (wrong === undefined) return names;
  throw new BitbranchError('usage', `"${wrong}" is no workspace and no key of a project.`, {
    hint: 'Give a name as it stands in addresses; the branches of a repository: bitbranch branches WORKSPACE/SLUG',
  });
}
