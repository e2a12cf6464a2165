import { createHash } from 'node:crypto';

/** What a page has to say; the mark above its heading shows it. */
export type Tone = 'question' | 'success' | 'failure';

export interface Page {
  /** Plain text: the tab's title and the page's only `h1`. */
  readonly title: string;
  readonly tone: Tone;
  /**
   * Trusted HTML below the heading: text from elsewhere goes through {@link escapeHtml} first. There are styles for `p`, `p.quiet`, `ul`, `dl`,
   * `code`, `strong` and a `form` whose first button is the main one; `style` attributes and event handlers are refused by the policy.
   */
  readonly body: string;
  /** Source of the one inline script that may run; it must not hold `</script`. */
  readonly script?: string;
  /** CSP sources that a form may be sent to. Browsers hold the redirect that answers a form to them as well. */
  readonly formAction?: readonly string[];
}

export interface RenderedPage {
  readonly html: string;
  readonly headers: Record<string, string>;
}

/** A page that needs nothing from elsewhere, and the headers that keep it so. */
export function renderPage({ title, tone, body, script, formAction }: Page): RenderedPage {
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)} · bitbranch</title>
<style>${style}</style>
</head>
<body>
<header>${branchMark}<span>bitbranch</span></header>
<main class="${tone}">
${toneMark(tone)}
<h1>${escapeHtml(title)}</h1>
${body}
</main>
${script === undefined ? '' : `<script>${script}</script>\n`}</body>
</html>
`;
  return { html, headers: pageHeaders(script, formAction) };
}

const entities = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

/** Text made safe for HTML content and for quoted attribute values. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities.get(character) ?? character);
}

function pageHeaders(
  script: string | undefined,
  formAction: readonly string[] = ["'none'"],
): Record<string, string> {
  const policy = [
    "default-src 'none'",
    `style-src ${hashSource(style)}`,
    ...(script === undefined ? [] : [`script-src ${hashSource(script)}`]),
    "base-uri 'none'",
    "frame-ancestors 'none'",
    `form-action ${formAction.join(' ')}`,
  ];
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy.join('; '),
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'same-origin',
  };
}

function hashSource(inline: string): string {
  return `'sha256-${createHash('sha256').update(inline).digest('base64')}'`;
}

const branchMark =
  '<svg viewBox="0 0 20 20" aria-hidden="true"><circle cx="5" cy="4" r="2"/><circle cx="5" cy="16" r="2"/><circle cx="15" cy="6" r="2"/><path d="M5 6v8M15 8c0 4-10 2-10 6"/></svg>';

const strokes: Readonly<Record<Tone, string>> = {
  question: '<path d="M17 19a7 7 0 1 1 10 6.3c-2 1-3 2.2-3 4.7"/><path d="M24 36v.1"/>',
  success: '<path d="M15 25l6.5 6.5L34 18"/>',
  failure: '<path d="M24 14v13"/><path d="M24 34v.1"/>',
};

function toneMark(tone: Tone): string {
  return `<svg class="mark" viewBox="0 0 48 48" aria-hidden="true"><circle cx="24" cy="24" r="24"/>${strokes[tone]}</svg>`;
}

const style = `
:root {
  color-scheme: light dark;
  --paper: #f4f5f4; --card: #fff; --ink: #1b211f; --quiet: #59625f; --line: #dfe3e1;
  --accent: #0b6b5d; --on-accent: #fff; --tint: #e0f0ec; --still: #eceeed;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #121615; --card: #1a1f1e; --ink: #e9eeec; --quiet: #a0aaa7; --line: #2f3735;
    --accent: #6fd3bf; --on-accent: #08251f; --tint: #17342e; --still: #2a3130;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; padding: 1.5rem min(1rem, 5vw) 3rem;
  display: flex; flex-direction: column; align-items: center; justify-content: center; gap: 1.25rem;
  background: var(--paper); color: var(--ink); overflow-wrap: anywhere;
  font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif;
}
header { display: flex; align-items: center; gap: .5rem; color: var(--quiet); font-weight: 600; letter-spacing: .01em; }
header svg { width: 1.25rem; height: 1.25rem; }
svg { fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
main {
  width: 100%; max-width: 30rem; padding: min(2.25rem, 7vw) min(2rem, 6vw);
  background: var(--card); border: 1px solid var(--line); border-radius: 1rem;
  box-shadow: 0 1px 2px rgb(0 0 0 / 4%), 0 12px 32px rgb(0 0 0 / 6%);
}
.mark { display: block; width: 3rem; height: 3rem; color: var(--accent); stroke-width: 3.5; }
.mark circle { fill: var(--tint); stroke: none; }
.failure .mark { color: var(--ink); }
.failure .mark circle { fill: var(--still); }
h1 { margin: 1.25rem 0 .5rem; font-size: 1.5rem; line-height: 1.25; font-weight: 650; letter-spacing: -.01em; text-wrap: balance; }
p, ul { margin: .75rem 0 0; }
ul { padding-left: 1.25rem; }
.quiet { color: var(--quiet); }
dl { margin: 1.25rem 0 0; border-top: 1px solid var(--line); }
dl div { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: .6rem 0; border-bottom: 1px solid var(--line); }
dl:last-child div:last-child { padding-bottom: 0; border-bottom: 0; }
dt { flex: 0 1 7rem; color: var(--quiet); }
dd { flex: 1 1 10rem; min-width: 0; margin: 0; font-weight: 550; }
code { padding: .1em .35em; border-radius: .3em; background: var(--still); -webkit-box-decoration-break: clone; box-decoration-break: clone; font: .9em/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; }
form { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.75rem 0 0; }
button {
  flex: 1 1 9rem; min-height: 2.75rem; padding: .5rem 1.25rem; cursor: pointer;
  border: 1px solid var(--accent); border-radius: .6rem; background: var(--accent); color: var(--on-accent);
  font: inherit; font-weight: 600;
}
button + button { background: transparent; border-color: var(--quiet); color: var(--ink); }
button:hover { filter: brightness(1.08); }
button + button:hover { background: var(--still); filter: none; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
`;
