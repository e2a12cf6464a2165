import type { Context } from '../../context.ts';
import type { Arguments } from '../arguments.ts';
import { helpText } from '../help-text.ts';
import { roomOn } from '../output/wrap.ts';

export async function run(
  { operands: [subject] }: Arguments,
  { terminal: { stdout } }: Context,
): Promise<void> {
  await stdout.write(helpText(subject, roomOn(stdout)));
}
