import { createCsvWriter } from './csv.ts';
import type { OutputPlan } from './format.ts';
import { createJsonWriter } from './json.ts';
import { createJsonlWriter } from './jsonl.ts';
import { createNamesWriter } from './names.ts';
import type { RecordOutputs, RecordType, RecordWriter } from './records.ts';
import { createTableWriter } from './table.ts';
import { createTsvWriter } from './tsv.ts';

export function createRecordWriter<Field extends string>(
  plan: OutputPlan<Field>,
  type: RecordType<Field>,
  outputs: RecordOutputs,
): RecordWriter<Field> {
  const { stdout } = outputs;
  switch (plan.format) {
    case 'table':
      return createTableWriter(plan, type, outputs);
    case 'tsv':
      return createTsvWriter(plan.fields, stdout);
    case 'csv':
      return createCsvWriter(plan.fields, plan.isCsvSafe, stdout);
    case 'names':
      return createNamesWriter(type.nameField, plan.endWithNul, stdout);
    case 'json':
      return createJsonWriter(plan.fields, stdout);
    case 'jsonl':
      return createJsonlWriter(plan.fields, stdout);
  }
}
