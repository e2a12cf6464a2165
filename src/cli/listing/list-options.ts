import type { Context } from '../../context.ts';
import { BitbranchError } from '../../errors.ts';
import type { Arguments } from '../arguments.ts';
import { wholeNumber } from '../options.ts';
import { useColor } from '../output/color.ts';
import { suggest } from '../output/fields.ts';
import { type OutputPlan, planOutput } from '../output/format.ts';
import { showsLinks } from '../output/hyperlink.ts';
import { createRecordWriter } from '../output/record-writer.ts';
import type { RecordType, RecordWriter } from '../output/records.ts';

/** What argv asks of any list. */
export interface ListOptions<Field extends string> {
  readonly plan: OutputPlan<Field>;
  /** How many records to print at most. */
  readonly limit: number | undefined;
  readonly useColor: boolean;
}

/**
 * @param isGrouped whether the records may belong to several groups
 * @throws {BitbranchError} `usage`
 */
export function listOptions<Field extends string>(
  args: Arguments,
  type: RecordType<Field>,
  isGrouped: boolean,
  context: Context,
): ListOptions<Field> {
  const { env } = context;
  const { stdout } = context.terminal;
  const flags = {
    format: args.value('format'),
    json: args.value('json') ?? (args.has('json') ? (true as const) : undefined),
    null: args.has('null'),
    csvSafe: args.has('csv-safe'),
  };
  const destination = {
    isTerminal: stdout.isTerminal,
    showsLinks: showsLinks(env, stdout),
    isGrouped,
  };
  return {
    plan: planOutput(flags, type, destination),
    limit: wholeNumber(args, env, 'limit', { minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
    useColor: useColor(args, context),
  };
}

export function recordWriter<Field extends string>(
  { plan, useColor }: ListOptions<Field>,
  type: RecordType<Field>,
  { terminal, clock }: Context,
): RecordWriter<Field> {
  const { stdout, stderr } = terminal;
  return createRecordWriter(plan, type, { stdout, stderr, useColor, nowMs: clock.nowMs() });
}

/**
 * `--sort KEY`, or `-KEY` for descending.
 * @throws {BitbranchError} `usage` for a key that there is not
 */
export function sortOption<Key extends string>(
  args: Arguments,
  keys: readonly Key[],
): { readonly key: Key; readonly descending: boolean } | undefined {
  const text = args.value('sort');
  if (text === undefined) return undefined;
  const descending = text.startsWith('-');
  const key = keys.find((each) => each === text.slice(descending ? 1 : 0));
  if (key !== undefined) return { key, descending };
  const orders = keys.flatMap((each) => [each, `-${each}`]);
  throw new BitbranchError('usage', `"${text}" is no order to sort in.`, {
    hint: suggest(text, orders, 'The orders are'),
  });
}
