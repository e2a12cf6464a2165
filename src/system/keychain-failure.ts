import { BitbranchError } from '../errors.ts';
import type { KeychainFailure } from './keytar.ts';

interface Explanation {
  readonly stage: KeychainFailure['stage'];
  readonly pattern: RegExp;
  readonly code?: 'store_locked';
  readonly sentence: string;
  readonly hint: string;
}

const withoutKeychain =
  'To do without a keychain, set BITBRANCH_TOKEN, or sign in with --store file (encrypted with a passphrase).';

const noSession = {
  sentence: 'There is no D-Bus session, so no keychain can be reached.',
  hint: `Run bitbranch in a desktop session, or under dbus-run-session with an unlocked gnome-keyring. ${withoutKeychain}`,
};

/** What keytar, libsecret, GLib and macOS say, and what it means; the first match counts. */
const explanations: readonly Explanation[] = [
  {
    stage: 'load',
    pattern: /libsecret-1\.so/,
    sentence: 'The library libsecret is not installed, which reaches the keychain.',
    hint: `Install it (Debian, Ubuntu: apt install libsecret-1-0; Fedora: dnf install libsecret). ${withoutKeychain}`,
  },
  {
    stage: 'load',
    pattern: /Cannot find (module|package) 'keytar/,
    sentence:
      'The package keytar, which reaches the keychain, is missing or has nothing for this system.',
    hint: `Install bitbranch again, with its optional dependencies. ${withoutKeychain}`,
  },
  {
    stage: 'load',
    pattern: /^/,
    sentence: 'The package keytar, which reaches the keychain, does not work on this system.',
    hint: withoutKeychain,
  },
  {
    stage: 'call',
    pattern: /autolaunch D-Bus|dbus-launch|Could not connect|Connection refused/,
    ...noSession,
  },
  {
    stage: 'call',
    pattern: /not provided by any \.service files/,
    sentence: 'No keychain service runs in this session.',
    hint: `Install and start one, such as gnome-keyring, KWallet or KeePassXC (Debian, Ubuntu: apt install gnome-keyring). ${withoutKeychain}`,
  },
  {
    stage: 'call',
    pattern: /locked|dismissed|User interaction is not allowed|User canceled/i,
    code: 'store_locked',
    sentence: 'The keychain is locked.',
    hint: `Unlock it and try again. ${withoutKeychain}`,
  },
  {
    stage: 'call',
    pattern: /Timeout was reached/,
    sentence: 'The keychain did not answer.',
    hint: `Start the keychain service again (or sign out of the desktop and in again). ${withoutKeychain}`,
  },
];

/** The failure that the helper reported, in words for people. */
export function explainFailure({ stage, message }: KeychainFailure): BitbranchError {
  const known = explanations.find((entry) => entry.stage === stage && entry.pattern.test(message));
  const sentence = known?.sentence ?? `The keychain failed: ${message}`;
  return new BitbranchError(known?.code ?? 'store_unavailable', sentence, {
    hint: known?.hint ?? withoutKeychain,
    cause: new Error(message),
  });
}

export function noBus(): BitbranchError {
  return new BitbranchError('store_unavailable', noSession.sentence, { hint: noSession.hint });
}

/** A hung service and a dialogue that nobody answers look the same. */
export function noAnswer(limitMs: number): BitbranchError {
  return new BitbranchError(
    'store_unavailable',
    `The keychain did not answer within ${limitMs / 1000} s.`,
    { hint: `Unlock it if it asks for that, or start its service again. ${withoutKeychain}` },
  );
}

export function slowHelper(limitMs: number): BitbranchError {
  return new BitbranchError(
    'store_unavailable',
    `The keychain helper did not start within ${limitMs / 1000} s.`,
    { hint: `Try again when the machine is less busy. ${withoutKeychain}` },
  );
}

/** @param ending the signal or exit code that it ended with */
export function helperEnded(ending: string): BitbranchError {
  return new BitbranchError('store_unavailable', `The keychain helper ended early (${ending}).`, {
    hint: `Try again, and see whether other programs can use the keychain. ${withoutKeychain}`,
  });
}
