/** Control characters, marks that turn the direction of text around, and Unicode's own line ends. */
const misleading = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu;
const lineBreaking = /[\\\p{Cc}]/gu;
const shortEscapes = new Map([
  ['\\', '\\\\'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\r', '\\r'],
]);

/** The text with everything spelled out that could steer a terminal or show something other than what it is. */
export function visibleText(text: string): string {
  return isPrintableAscii(text) ? text : text.replace(misleading, escapeCharacter);
}

/**
 * The text as one field of one line: backslash, tab, newline and carriage return become `\\`, `\t`, `\n` and `\r`, other
 * control characters `\u` with four hexadecimal digits.
 */
export function escapeField(text: string): string {
  return text.replace(lineBreaking, escapeCharacter);
}

/** JSON that holds no character which could steer a terminal; its value is the same. */
export function escapeJson(json: string): string {
  return isPrintableAscii(json) ? json : json.replace(misleading, unicodeEscape);
}

export function isPrintableAscii(text: string): boolean {
  return /^[ -~]*$/.test(text);
}

function escapeCharacter(character: string): string {
  return shortEscapes.get(character) ?? unicodeEscape(character);
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
