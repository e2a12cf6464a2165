/**
 * The value of a JSON text. A byte order mark before it is ignored, as RFC 8259 section 8.1 allows.
 * @throws {SyntaxError} for what is no JSON
 */
export function parseJsonText(text: string): unknown {
  return JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text);
}
