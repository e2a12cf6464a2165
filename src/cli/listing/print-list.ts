import { inOrder } from '../../bitbucket/in-order.ts';
import type { Context } from '../../context.ts';
import { BitbranchError, type ErrorCode, toBitbranchError } from '../../errors.ts';
import { errorReport } from '../error-report.ts';
import { counted, type Noun } from '../output/counted.ts';
import type { RecordWriter, Row } from '../output/records.ts';
import type { Progress } from './progress.ts';

/** A part of a list, such as the branches of one repository. */
export interface Source<Field extends string> {
  /** What errors call it. */
  readonly name: string;
  /** Nothing is asked before the first page is. */
  readonly pages: AsyncIterable<Page<Field>>;
}

interface Page<Field extends string> {
  readonly rows: readonly Row<Field>[];
  /** Whether a limit left something out after these rows. */
  readonly isCut: boolean;
}

export interface PrintOptions<Field extends string> {
  readonly writer: RecordWriter<Field>;
  readonly progress: Progress;
  readonly nouns: { readonly records: Noun; readonly sources: Noun };
  readonly limit: number | undefined;
  /** Whether errors are JSON. */
  readonly asJson: boolean;
}

/** How many sources are asked at a time. */
const concurrency = 4;

/** A page, the end (null), or why there is none. */
type Step<Field extends string> =
  | { readonly page: Page<Field> | null }
  | { readonly failure: BitbranchError };

interface OpenSource<Field extends string> {
  readonly name: string;
  readonly first: Step<Field>;
  next(): Promise<Step<Field>>;
  /** Ends what is under way. */
  close(): Promise<unknown>;
}

/**
 * Prints what the sources hold, one after the other in their order, page by page as it arrives. A source that fails neither
 * stops nor hides the others.
 * @throws {BitbranchError} `incomplete` when a part failed; the code of the first failure when all failed and nothing was printed
 */
export async function printList<Field extends string>(
  listSources: () => Promise<readonly Source<Field>[]>,
  options: PrintOptions<Field>,
  { interrupted, terminal }: Pick<Context, 'interrupted' | 'terminal'>,
): Promise<void> {
  const { writer, progress, nouns, limit = Number.POSITIVE_INFINITY, asJson } = options;
  const failures: BitbranchError[] = [];
  let printed = 0;
  let isCut = false;
  let sources: readonly Source<Field>[] = [];
  try {
    sources = await listSources();
    for await (const source of inOrder(sources, concurrency, open)) {
      const result = await printSource(source, limit - printed, options).finally(source.close);
      await throwIfInterrupted(interrupted, writer);
      printed += result.printed;
      isCut = result.isCut;
      if (result.failure !== null) failures.push(result.failure);
      if (result.failure !== null && sources.length > 1) {
        const failure = namedFailure(source.name, result.failure);
        await progress.write(await errorReport(failure, asJson, terminal.stderr));
      }
      if (isCut) break;
    }
  } finally {
    await progress.end();
  }
  const [failure] = failures;
  if (failure !== undefined && printed === 0 && failures.length === sources.length) {
    throw sources.length === 1
      ? failure
      : allFailed(counted(sources.length, nouns.sources), failure);
  }
  await writer.end();
  if (isCut) {
    await progress.write(
      `Stopped after ${counted(printed, nouns.records)}, as --limit asks; there may be more.\n`,
    );
  }
  if (failure === undefined) return;
  throw sources.length === 1
    ? brokenOff(printed, nouns.records, failure)
    : partFailed(failures.length, counted(sources.length, nouns.sources), isCut);
}

/** Leaves a document that is valid, though nobody may be there to read it any longer. */
async function throwIfInterrupted<Field extends string>(
  interrupted: AbortSignal,
  writer: RecordWriter<Field>,
): Promise<void> {
  if (!interrupted.aborted) return;
  try {
    await writer.breakOff?.();
  } finally {
    interrupted.throwIfAborted();
  }
}

async function open<Field extends string>({
  name,
  pages,
}: Source<Field>): Promise<OpenSource<Field>> {
  const iterator = pages[Symbol.asyncIterator]();
  async function next(): Promise<Step<Field>> {
    try {
      const { done, value } = await iterator.next();
      return { page: done ? null : value };
    } catch (thrown) {
      return { failure: toBitbranchError(thrown) };
    }
  }
  return { name, first: await next(), next, close: async () => iterator.return?.() };
}

async function printSource<Field extends string>(
  { first, next }: OpenSource<Field>,
  room: number,
  { writer, progress }: PrintOptions<Field>,
): Promise<{ printed: number; isCut: boolean; failure: BitbranchError | null }> {
  let printed = 0;
  for (let step = first; ; step = await next()) {
    if ('failure' in step) return { printed, isCut: false, failure: step.failure };
    if (step.page === null) return { printed, isCut: false, failure: null };
    const rows = step.page.rows.slice(0, room - printed);
    if (rows.length > 0) await writer.write(rows);
    printed += rows.length;
    await progress.add(rows.length);
    const isCut = step.page.isCut || rows.length < step.page.rows.length;
    if (isCut) return { printed, isCut, failure: null };
  }
}

function namedFailure(name: string, failure: BitbranchError): BitbranchError {
  return restated(failure, failure.code, `${name}: ${failure.message}`);
}

function brokenOff(printed: number, noun: Noun, failure: BitbranchError): BitbranchError {
  return restated(
    failure,
    'incomplete',
    `The list is incomplete, it broke off after ${counted(printed, noun)}: ${failure.message}`,
  );
}

function restated(cause: BitbranchError, code: ErrorCode, message: string): BitbranchError {
  const { hint } = cause;
  return new BitbranchError(code, message, { ...(hint === undefined ? {} : { hint }), cause });
}

function allFailed(sources: string, cause: BitbranchError): BitbranchError {
  return new BitbranchError(cause.code, `None of the ${sources} could be listed.`, {
    hint: 'What went wrong with each of them stands above.',
    cause,
  });
}

function partFailed(failed: number, sources: string, isCut: boolean): BitbranchError {
  const others = isCut ? '' : '; all others are complete';
  return new BitbranchError(
    'incomplete',
    `The list is incomplete: ${failed} of ${sources} could not be listed in full.`,
    { hint: `What went wrong with each of them stands above${others}.` },
  );
}
