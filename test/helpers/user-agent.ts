/**
 * A browser stand-in: loads the consent page over HTTP, submits its form and follows redirects.
 * As a program, for --browser: `user-agent.ts [--deny] [--favicon] [--record FILE] [--record-address FILE] URL`.
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { quote } from 'shell-quote';

export type Decision = 'grant' | 'deny';

export interface Page {
  readonly url: string;
  readonly status: number;
  readonly body: string;
}

/** Decides on the consent page and goes where that leads. */
export async function decideAt(consentUrl: string, decision: Decision): Promise<Page> {
  return load(await callbackAddress(consentUrl, decision));
}

/** Decides on the consent page; resolves with the address that the browser is sent to, which is not loaded. */
export async function callbackAddress(consentUrl: string, decision: Decision): Promise<string> {
  const { action, method, fields } = formOf(await load(consentUrl));
  fields.append('decision', decision);
  const headers = { origin: new URL(action).origin, referer: consentUrl };
  const response = await fetch(action, { method, headers, body: fields, redirect: 'manual' });
  const location = response.headers.get('location');
  if (location === null) throw new Error(`${action} answers ${response.status}, no redirect`);
  return new URL(location, action).href;
}

export async function load(url: string): Promise<Page> {
  const response = await fetch(url);
  return { url: response.url, status: response.status, body: await response.text() };
}

/** The command for --browser that runs this file. */
export function userAgentCommand(...flags: readonly string[]): string {
  const loader = import.meta.resolve('tsx');
  return quote([process.execPath, '--import', loader, fileURLToPath(import.meta.url), ...flags]);
}

function formOf({ url, body }: Page) {
  const [, attributes, content] = /<form\b([^>]*)>(.*?)<\/form>/s.exec(body) ?? [];
  if (attributes === undefined || content === undefined) throw new Error(`No form at ${url}`);
  const fields = new URLSearchParams();
  for (const [input] of content.matchAll(/<input\b[^>]*>/g)) {
    fields.append(attribute(input, 'name'), attribute(input, 'value'));
  }
  const action = new URL(attribute(attributes, 'action'), url).href;
  return { action, method: attribute(attributes, 'method'), fields };
}

function attribute(tag: string, name: string): string {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? '';
  return value.replace(/&(?:#(\d+)|(amp|lt|gt|quot));/g, (_, code, name) =>
    code === undefined ? (entities[name] ?? '') : String.fromCodePoint(Number(code)),
  );
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      deny: { type: 'boolean' },
      favicon: { type: 'boolean' },
      record: { type: 'string' },
      'record-address': { type: 'string' },
    },
  });
  const { argv, env } = process;
  if (values.record !== undefined) await writeFile(values.record, JSON.stringify({ argv, env }));
  const [consentUrl = ''] = positionals;
  const address = await callbackAddress(consentUrl, values.deny ? 'deny' : 'grant');
  const addressFile = values['record-address'];
  if (addressFile !== undefined) await writeFile(addressFile, address);
  if (values.favicon) await load(new URL('/favicon.ico', address).href);
  await load(address);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
