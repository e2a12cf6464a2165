import type { Output } from '../../context.ts';

/** A value of a record; null where the host does not tell. */
export type FieldValue = string | boolean | null;

/** A record, one value a field. */
export type Row<Field extends string> = Readonly<Record<Field, FieldValue>>;

/** Prints records in one format as they arrive. */
export interface RecordWriter<Field extends string> {
  write(rows: readonly Row<Field>[]): Promise<void>;
  /** Completes the output; also wanted after a failure that came later than the first record, so that what was printed is valid. */
  end(): Promise<void>;
  /** Ends a document that was begun, where that would be invalid otherwise, and prints no more: the list was interrupted. */
  breakOff?(): Promise<void>;
}

/** How `table` shows a field. */
export interface ColumnHint {
  /** Says what a person needs of the value. */
  readonly show?: (value: string, view: TableView) => string;
  /** In columns; the field is shortened further only once the others gave what they can as well. Default: its least width. */
  readonly goodWidth?: number;
  /** In columns; a narrow terminal shortens the field no further. */
  readonly leastWidth: number;
}

/** For whom a table is printed. */
export interface TableView {
  /** A person reads it now; a file may be read at any time. */
  readonly isTerminal: boolean;
  readonly nowMs: number;
}

/** A sort of record: what it consists of and how people see it. */
export interface RecordType<Field extends string> {
  /** Every field, in the order of `--json`. */
  readonly fields: readonly Field[];
  /** What `table`, `tsv` and `csv` print. */
  readonly shortFields: readonly Field[];
  /** Stands before them in a list of several groups. */
  readonly groupField: Field;
  /** What `names` prints. */
  readonly nameField: Field;
  /** Where the name leads to when it is clicked. */
  readonly linkField: Field;
  readonly columnHints: Readonly<Partial<Record<Field, ColumnHint>>>;
  /** `table` puts `*` before the records in which this field is true. */
  readonly markField: Field | null;
  /** What `table` says when there are none. */
  readonly noneSentence: string;
}

export interface RecordOutputs {
  /** Where the records go. */
  readonly stdout: Output;
  /** Where a person is told that there are none. */
  readonly stderr: Output;
  readonly useColor: boolean;
  readonly nowMs: number;
}
