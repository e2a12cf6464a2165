import type { Context, HttpRequest, HttpResponse } from '../context.ts';
import type { Moment, ProtocolRequest } from '../oauth1/client.ts';
import {
  clockSkewInWords,
  clockSkewSeconds,
  correctedMoment,
  skewToCorrect,
} from '../oauth1/clock-skew.ts';
import type { ProtocolResponse } from '../oauth1/response.ts';
import { momentOf } from './moment.ts';

/**
 * Sends what `sign` makes of a moment. Where the server refuses the timestamp because a clock is wrong, the person is told
 * and the request is signed once more, by the server's clock.
 */
export async function exchange(
  sign: (moment: Moment) => ProtocolRequest,
  context: Context,
): Promise<ProtocolResponse> {
  const response = await ask(sign(momentOf(context)), context);
  const skewSeconds = skewToCorrect(response);
  if (skewSeconds === null) return response;
  await noteSkew(skewSeconds, context);
  return ask(sign(correctedMoment(momentOf(context), skewSeconds)), context);
}

async function ask(request: HttpRequest, context: Context): Promise<ProtocolResponse> {
  const response = await context.http.send(request);
  return protocolResponse(response, await response.text(), context);
}

/** An answer as the protocol sees it, at the time at which it came. */
export function protocolResponse(
  response: HttpResponse,
  body: string,
  { clock }: Pick<Context, 'clock'>,
): ProtocolResponse {
  return {
    status: response.status,
    body,
    wwwAuthenticate: response.header('www-authenticate'),
    clockSkewSeconds: clockSkewSeconds(response.header('date'), clock.nowMs()),
  };
}

export async function noteSkew(
  skewSeconds: number,
  { note }: Pick<Context, 'note'>,
): Promise<void> {
  const words = clockSkewInWords(skewSeconds);
  await note(`Note: ${words}; signing by the server's. Set the clock right.`);
}
