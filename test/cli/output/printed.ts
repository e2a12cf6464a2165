import type { BranchField } from '../../../src/bitbucket/branch.ts';
import type { RepositoryField } from '../../../src/bitbucket/repository-listing.ts';
import { branchRecords } from '../../../src/cli/output/branch-records.ts';
import { type OutputFlags, planOutput } from '../../../src/cli/output/format.ts';
import { createRecordWriter } from '../../../src/cli/output/record-writer.ts';
import type { RecordType, Row } from '../../../src/cli/output/records.ts';
import { repositoryRecords } from '../../../src/cli/output/repository-records.ts';
import { testContext, testNowMs } from '../../helpers/context.ts';

export type BranchRow = Row<BranchField>;
export type RepositoryRow = Row<RepositoryField>;

export interface Printing {
  readonly flags: OutputFlags;
  /** Columns of the terminal; without them stdout is a pipe. */
  readonly columns?: number;
  readonly useColor?: boolean;
  readonly showsLinks?: boolean;
}

/** What is printed for pages of branches. */
export const printed = printer(branchRecords);
/** What is printed for pages of repositories. */
export const printedRepositories = printer(repositoryRecords);

function printer<Field extends string>(type: RecordType<Field>) {
  return (pages: readonly (readonly Row<Field>[])[], printing: Printing) =>
    print(type, pages, printing);
}

async function print<Field extends string>(
  type: RecordType<Field>,
  pages: readonly (readonly Row<Field>[])[],
  { flags, columns, useColor = false, showsLinks = false }: Printing,
): Promise<{ stdout: string; stderr: string }> {
  const isTerminal = columns !== undefined;
  const context = testContext({ stdoutIsTerminal: isTerminal, columns: columns ?? 80 });
  const { stdout, stderr } = context.terminal;
  const plan = planOutput(flags, type, { isTerminal, showsLinks, isGrouped: false });
  const writer = createRecordWriter(plan, type, {
    stdout,
    stderr,
    useColor,
    nowMs: testNowMs,
  });
  for (const page of pages) await writer.write(page);
  await writer.end();
  return context.printed;
}

export const main: BranchRow = {
  repository: 'acme/widgets',
  name: 'main',
  default: true,
  hash: '9f2c1d7e8b3a4c5d6e7f8091a2b3c4d5e6f70819',
  date: '2026-01-02T03:04:05Z',
  author: 'Jane Doe',
  message: 'Say "hello"',
  url: 'https://bitbucket.org/acme/widgets/branch/main',
};

export const untold: BranchRow = {
  repository: 'acme/widgets',
  name: 'feature/untold',
  default: false,
  hash: '0a1b2c3d4e5f60718293a4b5c6d7e8f901234567',
  date: null,
  author: null,
  message: null,
  url: null,
};
