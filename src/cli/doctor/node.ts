import type { Context } from '../../context.ts';
import { version } from '../../version.ts';
import { type Finding, ok } from './finding.ts';

/** What a report of a fault should name. */
export async function checkNode({ system, platform }: Context): Promise<Finding> {
  const { nodeVersion, architecture } = system;
  return ok(`This is bitbranch ${version} on Node ${nodeVersion}, ${platform} ${architecture}.`);
}
