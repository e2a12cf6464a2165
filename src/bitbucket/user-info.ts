/**
 * What was typed, as a message may show it: a URL can hold a password (RFC 3986 section 3.2.1), so what stands before the
 * last `@` is left out.
 */
export function withoutUserInfo(text: string): string {
  return text.slice(text.lastIndexOf('@') + 1);
}
