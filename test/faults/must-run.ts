import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs a system command; where it is not permitted (mounting needs root) the test fails and says so. */
export async function mustRun(command: string, ...args: readonly string[]): Promise<void> {
  await run(command, args);
}
