// What the demo shows of itself between the outputs of the programs that it runs.
import { styleText } from 'node:util';

export function heading(text: string): void {
  say(`\n${emphasized(`== ${text}`)}`);
}

/** A command as a person would type it. */
export function typed(command: string): void {
  say(`\n${emphasized(`$ ${command}`)}`);
}

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function emphasized(text: string): string {
  return process.stdout.isTTY && process.stdout.hasColors() ? styleText('bold', text) : text;
}
