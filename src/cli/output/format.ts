import { withoutUserInfo } from '../../bitbucket/user-info.ts';
import { BitbranchError } from '../../errors.ts';
import { parseFields, suggest } from './fields.ts';
import type { RecordType } from './records.ts';

export const formats = ['table', 'tsv', 'names', 'json', 'jsonl', 'csv'] as const;

export type Format = (typeof formats)[number];

export interface OutputFlags {
  /** `--format`. */
  readonly format?: string | undefined;
  /** `--json` gives true, `--json=FIELD,…` the list. */
  readonly json?: string | true | undefined;
  /** `--null`. */
  readonly null?: boolean | undefined;
  /** `--csv-safe`. */
  readonly csvSafe?: boolean | undefined;
}

/** Where records go, and what of. */
export interface Destination {
  readonly isTerminal: boolean;
  /** Whether what is printed there can be clicked. */
  readonly showsLinks: boolean;
  /** Whether the records may belong to several groups. */
  readonly isGrouped: boolean;
}

/** What to print and what to ask for. */
export interface OutputPlan<Field extends string> {
  readonly format: Format;
  /** The fields printed, in their order. */
  readonly fields: readonly Field[];
  /** The fields that printing needs: those printed, and for `table` those that its marks and links are made of. */
  readonly neededFields: readonly Field[];
  /** Records of `names` end with NUL. */
  readonly endWithNul: boolean;
  /** Cells of `csv` that a spreadsheet would take for formulas are kept from it. */
  readonly isCsvSafe: boolean;
  /** Names in a `table` are links. */
  readonly hasLinks: boolean;
}

/**
 * @throws {BitbranchError} `usage` for unknown formats and fields, and for flags that contradict each other.
 */
export function planOutput<Field extends string>(
  flags: OutputFlags,
  type: RecordType<Field>,
  { isTerminal, showsLinks, isGrouped }: Destination,
): OutputPlan<Field> {
  const format = chooseFormat(flags, isTerminal);
  const fields =
    typeof flags.json === 'string'
      ? parseFields(flags.json, type.fields)
      : defaultFields(format, type, isGrouped);
  const hasLinks = format === 'table' && showsLinks;
  const unprinted = [format === 'table' ? type.markField : null, hasLinks ? type.linkField : null];
  return {
    format,
    fields,
    neededFields: [...new Set([...fields, ...unprinted.filter((field) => field !== null)])],
    endWithNul: flags.null === true,
    isCsvSafe: flags.csvSafe === true,
    hasLinks,
  };
}

/** `--format` decides, then `--json`; without either a terminal gets a table and a pipe gets tsv. */
function chooseFormat(flags: OutputFlags, isTerminal: boolean): Format {
  const format = flags.format === undefined ? undefined : parseFormat(flags.format);
  const chosen = format ?? (flags.json === undefined ? (isTerminal ? 'table' : 'tsv') : 'json');
  refuseContradiction(flags, chosen);
  return chosen;
}

function parseFormat(name: string): Format {
  const format = formats.find((each) => each === name);
  if (format !== undefined) return format;
  throw new BitbranchError('usage', `There is no format "${withoutUserInfo(name)}".`, {
    hint: suggest(name, formats, 'The formats are'),
  });
}

function refuseContradiction(flags: OutputFlags, format: Format): void {
  if (flags.null && format !== 'names') {
    throw new BitbranchError(
      'usage',
      `--null ends the records of names, and the format is ${format}.`,
      {
        hint: 'Add --format names, or leave --null out.',
      },
    );
  }
  if (flags.csvSafe && format !== 'csv') {
    throw new BitbranchError('usage', `--csv-safe is for csv, and the format is ${format}.`, {
      hint: 'Add --format csv, or leave --csv-safe out.',
    });
  }
  if (flags.json === true && format !== 'json' && format !== 'jsonl') {
    throw new BitbranchError('usage', `--json and --format ${format} contradict each other.`, {
      hint:
        format === 'names'
          ? 'Leave one of them out.'
          : `Leave one of them out; --json=FIELD,… picks the fields of ${format}.`,
    });
  }
  if (flags.json !== undefined && format === 'names') {
    throw new BitbranchError(
      'usage',
      'The format names prints names only, so no fields can be picked.',
      {
        hint: 'Use --format tsv for several fields.',
      },
    );
  }
}

function defaultFields<Field extends string>(
  format: Format,
  { fields, shortFields, nameField, groupField }: RecordType<Field>,
  isGrouped: boolean,
): readonly Field[] {
  switch (format) {
    case 'table':
    case 'tsv':
    case 'csv':
      return isGrouped ? [groupField, ...shortFields] : shortFields;
    case 'names':
      return [nameField];
    case 'json':
    case 'jsonl':
      return fields;
  }
}
