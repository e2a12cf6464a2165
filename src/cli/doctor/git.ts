import type { Context } from '../../context.ts';
import { type Finding, ok, warning } from './finding.ts';

export async function checkGit({ system }: Context): Promise<Finding> {
  const path = await system.findProgram('git');
  if (path !== null) return ok(`git is ${path}.`);
  return warning(
    'git was not found, so the repository of the current directory is not known.',
    'Install git, or name the repository each time: bitbranch branches WORKSPACE/SLUG',
  );
}
