import type { LoginDialogue, LoginRequest } from '../../auth/login-flow.ts';
import type { Context } from '../../context.ts';

/** What a person reads and is asked while the browser has the word. */
export function loginDialogue(
  { browser, host }: Pick<LoginRequest, 'browser' | 'host'>,
  { env, terminal, note }: Context,
): LoginDialogue {
  return {
    async authorizeAt(url, redirectUri) {
      const verb = browser === null ? 'Open this page' : 'Opening this page in your browser';
      await note(`${verb} to sign in to ${host.name}:\n\n  ${url}\n`);
      if (env['SSH_CONNECTION']) await note(sshAdvice(redirectUri));
    },
    async browserFailed({ message, hint }) {
      await note([message, hint ?? 'Open the page above yourself.'].join('\n'));
    },
    askForAddress: terminal.isInteractive
      ? (signal) => terminal.prompt(addressQuestion, { signal })
      : null,
    addressRefused: () =>
      note('That is not the address of this sign-in. Copy it whole from the address bar.'),
  };
}

const addressQuestion =
  'Waiting for the browser. If it is on another machine, paste the address it ends at: ';

/** Over SSH the browser is elsewhere: a tunnel brings its callback here. */
function sshAdvice(redirectUri: string): string {
  const port = new URL(redirectUri).port || '80';
  return `Over SSH, first run this on the machine with the browser:\n\n  ssh -N -L ${port}:127.0.0.1:${port} THIS-HOST\n`;
}
