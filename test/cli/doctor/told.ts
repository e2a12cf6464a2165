import { type Arguments, parseArguments } from '../../../src/cli/arguments.ts';
import type { Finding } from '../../../src/cli/doctor/finding.ts';
import { BitbranchError } from '../../../src/errors.ts';

export function doctorArguments(argv: readonly string[] = []): Arguments {
  return parseArguments(['doctor', ...argv]);
}

/** A finding as `RESULT: detail → hint`; a failure has its code in the place of the result. */
export async function told(finding: Promise<Finding>): Promise<string> {
  try {
    const { result, detail, hint } = await finding;
    return sentence(result, detail, hint);
  } catch (error) {
    if (!(error instanceof BitbranchError)) throw error;
    return sentence(error.code, error.message, error.hint ?? null);
  }
}

function sentence(result: string, detail: string, hint: string | null): string {
  return `${result}: ${detail}${hint === null ? '' : ` → ${hint}`}`;
}
