import type { LoginDialogue, LoginRequest } from '../../auth/login-flow.ts';
import type { Context } from '../../context.ts';
import { say } from '../output/say.ts';

/** What a person reads and is asked while the browser has the word. */
export function loginDialogue(
  { browser, host }: Pick<LoginRequest, 'browser' | 'host'>,
  context: Context,
): LoginDialogue {
  const { env, terminal } = context;
  let isAsking = false;
  return {
    async authorizeAt(url, redirectUri) {
      const verb = browser === null ? 'Open this page' : 'Opening this page in your browser';
      await say([`${verb} to sign in to ${host.name}:`, '', `  ${url}`, ''], context);
      if (env['SSH_CONNECTION']) await say(sshAdvice(redirectUri), context);
    },
    async browserFailed({ message, hint }, url) {
      if (isAsking) await terminal.stderr.write('\n');
      const advice = hint === undefined ? [] : [hint];
      await say([message, ...advice, 'Open this page yourself:', '', `  ${url}`, ''], context);
      if (isAsking) await terminal.stderr.write(question);
    },
    askForAddress: terminal.isInteractive
      ? async (signal) => {
          await say([waiting], context);
          isAsking = true;
          return terminal.prompt(question, { signal });
        }
      : null,
    addressRefused: () =>
      say(
        ['That is not the address of this sign-in. Copy it whole from the address bar.'],
        context,
      ),
  };
}

const question = 'Address: ';
const waiting = 'Waiting for the browser. If it is elsewhere, paste the address it ends at.';

/** Over SSH the browser is elsewhere: a tunnel brings its callback here. */
function sshAdvice(redirectUri: string): readonly string[] {
  const port = new URL(redirectUri).port || '80';
  return [
    'Over SSH, first run this on the machine with the browser:',
    '',
    `  ssh -N -L ${port}:127.0.0.1:${port} THIS-HOST`,
    '',
  ];
}
