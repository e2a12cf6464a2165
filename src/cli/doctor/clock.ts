import type { Host } from '../../bitbucket/hosts.ts';
import { type Finding, ok, warning } from './finding.ts';
import type { HostAnswer } from './host.ts';

export async function checkClock({ name }: Host, answer: Promise<HostAnswer>): Promise<Finding> {
  const reached = await answer.catch(() => null);
  if (reached === null) {
    return warning(`The clock was not compared: ${name} did not answer.`, 'Put that right first.');
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
