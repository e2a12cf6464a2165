/** Control characters, marks that turn the direction of text around, and Unicode's own line ends. */
const misleading = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu;

/** The text with everything spelled out that could steer a terminal or show something other than what it is. */
export function visibleText(text: string): string {
  return escapeMisleading(text, backslashEscape);
}

/** The same for text of several lines, whose line ends and tabs stay. */
export function visibleLines(text: string): string {
  return escapeMisleading(text, (character) =>
    /[\r\n\t]/.test(character) ? character : backslashEscape(character),
  ).replace(/\r(?!\n)/g, '\\r');
}

/** Replaces each character that could mislead; plain text, which is nearly all there is, costs no more than a look. */
export function escapeMisleading(text: string, replace: (character: string) => string): string {
  return isPrintableAscii(text) ? text : text.replace(misleading, replace);
}

function isPrintableAscii(text: string): boolean {
  return /^[ -~]*$/.test(text);
}

const shortEscapes = new Map([
  ['\\', '\\\\'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\r', '\\r'],
]);

/** `\\`, `\t`, `\n` or `\r`, and for every other character `\u` with four hexadecimal digits. */
export function backslashEscape(character: string): string {
  return shortEscapes.get(character) ?? unicodeEscape(character);
}

export function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
