import type { Output } from '../../context.ts';
import { visibleLines } from './escape.ts';

/** The same output; on a terminal, what is written as it came from a server can't steer it. */
export function steadyOutput(output: Output): Output {
  if (!output.isTerminal) return output;
  const decoder = new TextDecoder();
  return {
    ...output,
    write: (data) =>
      output.write(
        visibleLines(typeof data === 'string' ? data : decoder.decode(data, { stream: true })),
      ),
  };
}
