import type { Judgement, ReceivedCallback } from './callback-server.ts';

/**
 * The callback from an address that a person copies out of a browser on another machine. It is judged like one that
 * arrives by itself; there is no browser to answer.
 * @throws the judge's error when access was denied, or the signal's reason
 */
export async function receivePasted<T>(
  dialogue: { addressRefused(): Promise<void> },
  ask: (signal: AbortSignal) => Promise<string>,
  judge: (query: URLSearchParams) => Judgement<T>,
  signal: AbortSignal,
): Promise<ReceivedCallback<T>> {
  for (;;) {
    const judgement = judge(queryOfAddress(await ask(signal)));
    if (judgement.verdict === 'accept')
      return { callback: judgement.callback, answer: async () => {} };
    if (judgement.verdict === 'deny') throw judgement.error;
    await dialogue.addressRefused();
  }
}

/** The query of an address copied out of a browser; empty for what is no address. */
export function queryOfAddress(address: string): URLSearchParams {
  const text = address.trim();
  // Address bars leave out `http://`, and a person may copy what is shown.
  const url = /^https?:\/\//i.test(text) ? text : `http://${text}`;
  return URL.canParse(url) ? new URL(url).searchParams : new URLSearchParams();
}
