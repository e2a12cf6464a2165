import type { Output } from '../../context.ts';
import type { OutputPlan } from './format.ts';
import { createJsonWriter } from './json.ts';
import { createJsonlWriter } from './jsonl.ts';
import { createNamesWriter } from './names.ts';
import type { RecordType, RecordWriter } from './records.ts';
import { createTableWriter } from './table.ts';
import { createTsvWriter } from './tsv.ts';

export interface RecordOutputs {
  /** Where the records go. */
  readonly stdout: Output;
  /** Where a person is told that there are none. */
  readonly stderr: Output;
  readonly useColor: boolean;
}

export function createRecordWriter<Field extends string>(
  plan: OutputPlan<Field>,
  type: RecordType<Field>,
  outputs: RecordOutputs,
): RecordWriter<Field> {
  const { stdout } = outputs;
  switch (plan.format) {
    case 'table':
      return createTableWriter(plan.fields, type, outputs);
    case 'tsv':
      return createTsvWriter(plan.fields, stdout);
    case 'names':
      return createNamesWriter(type.nameField, plan.endWithNul, stdout);
    case 'json':
      return createJsonWriter(plan.fields, stdout);
    case 'jsonl':
      return createJsonlWriter(plan.fields, stdout);
  }
}
