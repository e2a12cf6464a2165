import { openSession } from '../../auth/session.ts';
import { createApiClient } from '../../bitbucket/api-client.ts';
import type { BranchField } from '../../bitbucket/branch.ts';
import type { BranchPage } from '../../bitbucket/branch-query.ts';
import { listBranches } from '../../bitbucket/branches.ts';
import { ClosedPipe, type Context } from '../../context.ts';
import { BitbranchError, toBitbranchError } from '../../errors.ts';
import { accountWish } from '../account-choice.ts';
import type { Arguments } from '../arguments.ts';
import { maxWaitMs, wholeNumber } from '../options.ts';
import { branchRecords } from '../output/branch-records.ts';
import { useColor } from '../output/color.ts';
import { type OutputPlan, planOutput } from '../output/format.ts';
import { createRecordWriter } from '../output/record-writer.ts';
import type { RecordWriter } from '../output/records.ts';
import { chooseRepository } from '../repository-choice.ts';

interface BranchesOptions {
  readonly plan: OutputPlan<BranchField>;
  readonly limit: number | undefined;
  readonly maxWaitMs: number;
  readonly useColor: boolean;
}

export async function run(args: Arguments, context: Context): Promise<void> {
  const { env, terminal } = context;
  const options = branchesOptions(args, context);
  const settings = await context.settings.read();
  const { host, repository } = await chooseRepository(
    args.operands[0],
    { args, env, settings },
    context,
  );
  const session = await openSession(host, await accountWish(args, context), settings, context);
  const api = createApiClient({ ...context, ...session, maxWaitMs: options.maxWaitMs });
  const pages = listBranches(api, host, repository, {
    fields: options.plan.neededFields,
    limit: options.limit,
  });
  const writer = createRecordWriter(options.plan, branchRecords, {
    ...terminal,
    useColor: options.useColor,
  });
  await print(pages, writer, context);
}

/** What argv asks for, checked before anything is read or sent. */
export function branchesOptions(args: Arguments, context: Context): BranchesOptions {
  const { env, terminal } = context;
  const json = args.value('json') ?? (args.has('json') ? true : undefined);
  return {
    plan: planOutput(
      { format: args.value('format'), json, null: args.has('null') },
      branchRecords,
      terminal.stdout.isTerminal,
    ),
    limit: wholeNumber(args, env, 'limit', { minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
    maxWaitMs: maxWaitMs(args),
    useColor: useColor(args, context),
  };
}

/** Prints page by page. What was printed stays whole when a later page fails, and the failure is then an incomplete result. */
async function print(
  pages: AsyncIterable<BranchPage>,
  writer: RecordWriter<BranchField>,
  context: Context,
): Promise<void> {
  let printed = 0;
  let isCut = false;
  try {
    for await (const page of pages) {
      await writer.write(page.rows);
      printed += page.rows.length;
      isCut ||= page.isCut;
    }
  } catch (thrown) {
    const isStopped = thrown instanceof ClosedPipe || context.interrupted.aborted;
    if (printed === 0 || isStopped) throw thrown;
    await writer.end();
    throw incomplete(thrown, printed);
  }
  await writer.end();
  if (isCut) {
    await context.terminal.stderr.write(
      `Stopped after ${printed} branches, as --limit asks; there are more.\n`,
    );
  }
}

function incomplete(thrown: unknown, printed: number): BitbranchError {
  const { message, hint } = toBitbranchError(thrown);
  return new BitbranchError(
    'incomplete',
    `The list is incomplete, it broke off after ${printed} branches: ${message}`,
    {
      ...(hint === undefined ? {} : { hint }),
      cause: thrown,
    },
  );
}
