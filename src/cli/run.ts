import { ClosedPipe, type Context } from '../context.ts';
import { type BitbranchError, exitCodeOf, toBitbranchError } from '../errors.ts';
import { version } from '../version.ts';
import { type Arguments, parseArguments } from './arguments.ts';
import { commands } from './commands.ts';
import { errorReport } from './error-report.ts';
import { loadCommand } from './load-command.ts';
import { chosenStore } from './options.ts';

/** Runs one command line and resolves with its exit code; everything that goes wrong is told on stderr. */
export async function run(argv: readonly string[], context: Context): Promise<number> {
  try {
    await dispatch(parseArguments(argv), context);
    return 0;
  } catch (thrown) {
    if (thrown instanceof ClosedPipe) return 0;
    const error = toBitbranchError(thrown);
    await report(error, asksForJson(argv), context);
    return exitCodeOf(error);
  }
}

async function dispatch(args: Arguments, context: Context): Promise<void> {
  if (args.has('version')) return context.terminal.stdout.write(`${version}\n`);
  const command = commands[args.command];
  if (command.readsCredential && !context.env['BITBRANCH_TOKEN'])
    chosenStore(args, context).prepare();
  const { run: runCommand } = await loadCommand[args.command]();
  await runCommand(args, context);
}

/** Known before the command line is: a wrong flag must not turn the promised JSON error into prose. */
function asksForJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv
    .slice(0, end < 0 ? argv.length : end)
    .some((word) => word === '--json' || word.startsWith('--json='));
}

async function report(error: BitbranchError, asJson: boolean, context: Context): Promise<void> {
  if (error.code === 'unexpected' && error.cause instanceof Error)
    context.trace(error.cause.stack ?? error.message);
  try {
    const { stderr } = context.terminal;
    await stderr.write(await errorReport(error, asJson, stderr));
  } catch (thrown) {
    if (!(thrown instanceof ClosedPipe)) throw thrown;
  }
}
