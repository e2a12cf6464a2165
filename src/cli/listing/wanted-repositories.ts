import type { Host } from '../../bitbucket/hosts.ts';
import {
  parseRepositoryReference,
  type Repository,
  type RepositoryReference,
} from '../../bitbucket/repository-reference.ts';
import type { Context } from '../../context.ts';
import { BitbranchError } from '../../errors.ts';
import type { Arguments } from '../arguments.ts';
import { type HostSources, namedHost, onlyHost } from '../host-choice.ts';
import { repositoryHere } from '../repository-choice.ts';

/** A workspace or project whose repositories are all wanted. */
export interface WantedWorkspace {
  readonly host: Host;
  /** Data Center: the key of a project. */
  readonly workspace: string;
  /** Cloud: the key of a project in it. */
  readonly project: string | undefined;
}

/**
 * Whether argv may ask for several repositories.
 * @throws {BitbranchError} `usage` where it names them in two ways
 */
export function wantsSeveral({ operands, has }: Arguments): boolean {
  const wantsAll = has('workspace') || has('project');
  if (wantsAll && operands.length > 0) {
    throw new BitbranchError('usage', 'Both repositories and all of a workspace are asked for.', {
      hint: 'Name repositories, or give --workspace or --project, but not both.',
    });
  }
  return wantsAll || operands.length > 1 || operands.includes('-');
}

/**
 * Undefined where repositories are named one by one.
 * @throws {BitbranchError} `usage` for what that kind of host does not have
 */
export function wantedWorkspace(sources: HostSources): WantedWorkspace | undefined {
  const workspace = sources.args.value('workspace');
  const project = sources.args.value('project');
  if (workspace === undefined && project === undefined) return undefined;
  const host = namedHost(sources) ?? onlyHost(sources);
  if (host.kind === 'cloud' && workspace !== undefined) {
    return { host, workspace, project };
  }
  const name = project ?? workspace;
  if (host.kind === 'datacenter' && name !== undefined && !(project && workspace)) {
    return { host, workspace: name, project: undefined };
  }
  throw host.kind === 'cloud'
    ? new BitbranchError('usage', `On ${host.name}, a project belongs to a workspace.`, {
        hint: 'Add the workspace: --workspace WORKSPACE --project KEY.',
      })
    : new BitbranchError('usage', `${host.name} is a Data Center, which has no workspaces.`, {
        hint: 'Give --project KEY alone.',
      });
}

/**
 * The repositories that operands and standard input name, else the one of the git remote here.
 * @throws {BitbranchError} `usage` for what is no repository
 */
export async function namedRepositories(
  sources: HostSources,
  context: Context,
): Promise<readonly RepositoryReference[]> {
  if (sources.args.operands.length === 0) return [await repositoryHere(sources, context)];
  return (await namesGiven(sources.args, context)).map(parseRepositoryReference);
}

/** The operands, with what standard input names in the place of `-`. */
export async function namesGiven(
  { operands }: Arguments,
  { terminal }: Pick<Context, 'terminal'>,
): Promise<readonly string[]> {
  const lines = operands.includes('-') ? namesIn(await terminal.readStdin()) : [];
  return operands.flatMap((operand) => (operand === '-' ? lines : [operand]));
}

/** One a line; blank lines and those that begin with `#` are passed over. */
function namesIn(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

export function nameOf({ workspace, slug }: Repository): string {
  return `${workspace}/${slug}`;
}
