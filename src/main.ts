#!/usr/bin/env node
import { seemsToNeedKeychain } from './cli/commands.ts';
import { overview } from './cli/overview.ts';
import { leaveHang } from './system/leave.ts';
import { createOutput } from './system/output.ts';
import { version } from './version.ts';

const argv = process.argv.slice(2);
void (argv.length === 1 ? answer(argv[0]) : start());

/** The two questions that are asked most are answered with next to nothing loaded. */
async function answer(word: string | undefined): Promise<void> {
  const text = word === '--version' ? `${version}\n` : word === '--help' ? overview : null;
  if (text === null) return start();
  try {
    await createOutput(1).write(text);
  } catch {
    return start(); // which fails in the same way and says so
  }
  process.exit();
}

async function start(): Promise<void> {
  const { createOutset } = await import('./system/outset.ts');
  const outset = createOutset();
  // What takes longest begins first, on a guess; run() does the same where it knows.
  if (seemsToNeedKeychain(argv, outset.env)) outset.keychain.prepare();
  const [{ run }, { createSystemContext }] = await Promise.all([
    import('./cli/run.ts'),
    import('./system/system-context.ts'),
  ]);
  const exitCode = await run(argv, createSystemContext(argv, outset));
  outset.keychain.dispose();
  if (outset.keychain.isHanging) leaveHang(exitCode);
  // All is written, and what is left, such as an idle connection, is not worth waiting for.
  process.exit(exitCode);
}
