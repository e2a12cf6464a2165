import type { Context } from '../../context.ts';
import { BitbranchError, type ErrorCode, errorTable } from '../../errors.ts';
import type { Arguments } from '../arguments.ts';
import { beginChecks } from '../doctor/checks.ts';
import type { CheckName, Failure, Outcome } from '../doctor/finding.ts';
import { type ReportRow, reportFields, rowText } from '../doctor/report.ts';
import { jsonFields } from '../options.ts';
import { useColor } from '../output/color.ts';
import { createJsonWriter } from '../output/json.ts';

interface FailedCheck extends Failure {
  readonly name: CheckName;
}

/** @throws {BitbranchError} of the failure that stands first in the table of errors */
export async function run(args: Arguments, context: Context): Promise<void> {
  const report = createReport(args, context);
  const failed: FailedCheck[] = [];
  try {
    for (const { name, outcome } of await beginChecks(args, context)) {
      const known = await outcome;
      await report.write(rowOf(name, known));
      if (known.result === 'failure') failed.push({ name, ...known });
    }
  } finally {
    await report.end();
  }
  if (failed.length > 0) throw summary(failed);
}

function createReport(args: Arguments, context: Context) {
  const { stdout } = context.terminal;
  if (args.has('json')) {
    const writer = createJsonWriter(jsonFields(args, reportFields), stdout);
    return { write: (row: ReportRow) => writer.write([{ ...row }]), end: () => writer.end() };
  }
  const isColored = useColor(args, context);
  return {
    write: (row: ReportRow) => stdout.write(rowText(row, stdout, isColored)),
    end: async () => {},
  };
}

function rowOf(name: CheckName, outcome: Outcome): ReportRow {
  if (outcome.result !== 'failure') return { name, ...outcome };
  const { message, hint = null } = outcome.error;
  return { name, result: 'failure', detail: message, hint };
}

function summary(failed: readonly FailedCheck[]): BitbranchError {
  const order: readonly ErrorCode[] = Object.keys(errorTable).filter(isErrorCode);
  const [first] = failed
    .map(({ error }) => error)
    .sort((one, other) => order.indexOf(one.code) - order.indexOf(other.code));
  const names = failed.map(({ name }) => name).join(', ');
  const subject = failed.length === 1 ? 'One check' : `${failed.length} checks`;
  return new BitbranchError(first?.code ?? 'unexpected', `${subject} failed: ${names}.`, {
    hint: 'Take the step that stands with each failure, then run bitbranch doctor again.',
    cause: first?.cause,
  });
}

function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorTable, text);
}
