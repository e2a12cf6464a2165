import type { Host } from '../../bitbucket/hosts.ts';
import { BitbranchError, toBitbranchError } from '../../errors.ts';
import { type Finding, ok, warning } from './finding.ts';
import type { HostAnswer } from './host.ts';

export async function checkClock({ name }: Host, answer: Promise<HostAnswer>): Promise<Finding> {
  const reached = await answer.catch(toBitbranchError);
  if (reached instanceof BitbranchError) {
    const why = reached.code === 'server' ? 'gave no answer of a Bitbucket' : 'did not answer';
    return warning(`The clock was not compared: ${name} ${why}.`, 'Put that right first.');
  }
  if (!reached.hasTime) {
    return warning(`The clock was not compared: ${name} does not tell the time.`, null);
  }
  if (reached.clockDifference === null) return ok(`The clock agrees with that of ${name}.`);
  return warning(
    `By the answer of ${name}, ${reached.clockDifference}.`,
    'Set the clock of this computer right, best by the network (Linux: timedatectl set-ntp true).',
  );
}
