import type { BranchField } from '../../bitbucket/branch.ts';
import type { BranchQuery } from '../../bitbucket/branch-query.ts';
import { listBranches } from '../../bitbucket/branches.ts';
import type { Context } from '../../context.ts';
import type { Arguments } from '../arguments.ts';
import { apiClients } from '../listing/api-clients.ts';
import { branchSelection } from '../listing/branch-selection.ts';
import { type ListBranches, namedSources, workspaceSources } from '../listing/branch-sources.ts';
import { type ListOptions, listOptions, recordWriter } from '../listing/list-options.ts';
import { listingNotices, waitNote } from '../listing/notices.ts';
import { printList } from '../listing/print-list.ts';
import { listProgress } from '../listing/progress.ts';
import { rememberRepositories, type SeenRepository } from '../listing/remember-repositories.ts';
import { wantedWorkspace, wantsSeveral } from '../listing/wanted-repositories.ts';
import { branchRecords } from '../output/branch-records.ts';
import { visibleText } from '../output/escape.ts';

interface BranchesOptions extends ListOptions<BranchField> {
  readonly query: BranchQuery;
}

const nouns = {
  records: ['branch', 'branches'],
  sources: ['repository', 'repositories'],
} as const;

export async function run(args: Arguments, context: Context): Promise<void> {
  const options = branchesOptions(args, context);
  const sources = { args, env: context.env, settings: await context.settings.read() };
  if (args.has('web')) {
    const { openBranchesPage } = await import('../listing/open-page.ts');
    return openBranchesPage(sources, context);
  }
  const progress = listProgress(nouns.records, options.plan.format, context);
  const listener = { onOpen: progress.begin, onWait: waitNote(progress, context) };
  const clientOf = apiClients(sources, listener, context);
  const notices = listingNotices(progress, nouns.records[0]);
  const seen: SeenRepository[] = [];
  const list: ListBranches = async function* (host, repository) {
    const pages = listBranches(await clientOf(host), host, repository, options.query, notices);
    for await (const page of pages) {
      seen.push({ host, repository });
      yield page;
    }
  };
  const wanted = wantedWorkspace(sources);
  await printList(
    async () =>
      wanted === undefined
        ? namedSources(sources, list, context)
        : workspaceSources(wanted, list, await clientOf(wanted.host), notices),
    {
      writer: recordWriter(options, { ...branchRecords, noneSentence: none(options) }, context),
      progress,
      nouns,
      limit: options.limit,
      asJson: args.has('json'),
    },
    context,
  );
  if (wanted === undefined) await rememberRepositories(seen, sources.settings, context);
}

/** What is said where there are none; that a star ends at a slash is not what everybody expects. */
function none({ query: { match = [] } }: BranchesOptions): string {
  const { noneSentence } = branchRecords;
  const short = match.find((glob) => /^[^!/]*[^*/]\*$/.test(glob));
  if (short === undefined) return noneSentence;
  return `${noneSentence} The * of "${visibleText(short)}" ends at a slash; "${visibleText(short)}/**" goes on behind it.`;
}

/** What argv asks for, checked before anything is read or sent. */
export function branchesOptions(args: Arguments, context: Context): BranchesOptions {
  const options = listOptions(args, branchRecords, wantsSeveral(args), context);
  const { plan, limit } = options;
  const selection = branchSelection(args, context.clock.nowMs());
  return { ...options, query: { ...selection, fields: plan.neededFields, limit } };
}
