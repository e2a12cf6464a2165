import type { Context } from '../../context.ts';
import type { Arguments } from '../arguments.ts';
import { helpText } from '../help-text.ts';

export async function run(args: Arguments, context: Context): Promise<void> {
  await context.terminal.stdout.write(helpText(args.operands[0]));
}
