import { BitbranchError } from '../errors.ts';
import type { Host } from './hosts.ts';

/** Only Cloud can be handed a filter in its own language. */
export function noQueryLanguage({ name }: Host): BitbranchError {
  return new BitbranchError(
    'usage',
    `${name} is a Data Center, which has no language for --query.`,
    { hint: 'Leave --query out; the other filters work there too.' },
  );
}
