import type { Context, HttpResponse } from '../context.ts';
import { clockSkewInWords, clockSkewSeconds } from '../oauth1/clock-skew.ts';

/** How this computer's clock differs from that of the server whose answer has just come, in words; null for less than a minute. */
export function clockDifference(
  response: Pick<HttpResponse, 'header'>,
  { clock }: Pick<Context, 'clock'>,
): string | null {
  const skewSeconds = clockSkewSeconds(response.header('date'), clock.nowMs());
  return skewSeconds === null ? null : clockSkewInWords(skewSeconds);
}
