import type { Host } from '../bitbucket/hosts.ts';
import type { Credential } from '../credentials/credential.ts';
import { type Explanation, signInAgain } from '../errors.ts';
import { loginCommand } from '../host-command.ts';

/** What it means that a host does not accept the credential that it is sent, by where that came from. */
export function environmentRefusal({ name }: Host): Explanation {
  return {
    sentence: `${name} does not accept the token in BITBRANCH_TOKEN.`,
    hint: 'Set it to a token that is valid there, or unset it to use what is stored.',
  };
}

export function storedRefusal(host: Host, { account, protocol }: Credential): Explanation {
  const flags = protocol === 'token' ? ['--protocol', protocol] : [];
  return {
    sentence: `${host.name} does not accept the credential of ${account.name}: it has expired, or was withdrawn.`,
    hint: `Sign in again with: ${loginCommand(host, flags)}`,
  };
}

/** For a credential that nobody has used before. */
export function newRefusal({ name }: Host, { protocol }: Credential): Explanation {
  return protocol === 'token'
    ? {
        sentence: `${name} does not accept the token.`,
        hint: `Check that it is whole, has not expired and was made there. ${signInAgain}`,
      }
    : {
        sentence: `${name} does not accept the credential that it has just issued.`,
        hint: signInAgain,
      };
}
