import type { ChildProcess } from 'node:child_process';
import type { Browser, Environment } from '../context.ts';
import { BitbranchError } from '../errors.ts';
import { childEnvironment } from './child-environment.ts';

/**
 * Opens pages by a command of the person's choice, else by the package `open`. That one hands `process.env` to what it starts,
 * so our variables must have been taken out of it before (`takeEnvironment`).
 */
export function createBrowser(env: Environment, platform: NodeJS.Platform): Browser {
  return {
    async open(url, command, onFailure = () => {}) {
      refuseOtherThanWeb(url);
      if (command === undefined) {
        const { desktopOpener, hasDisplay } = await import('./desktop-opener.ts');
        const opener = desktopOpener(env, platform);
        const where = hasDisplay(opener, env) ? '' : ' and there is no display';
        return watch(await openByDesktop(url), opener, where, onFailure);
      }
      const [program = '', ...args] = await splitCommand(command, env, platform);
      watch(await start(program, [...args, url], env), program, '', onFailure);
    },

    async program(command) {
      if (command === undefined) {
        const { desktopOpener } = await import('./desktop-opener.ts');
        return desktopOpener(env, platform);
      }
      const [program = ''] = await splitCommand(command, env, platform);
      return program;
    },
  };
}

/** A desktop opens files and starts programs too, by their own kinds of URL. */
function refuseOtherThanWeb(url: string): void {
  if (!/^https?:\/\//.test(url)) {
    throw new BitbranchError('server', `Refusing to open ${url.split(':')[0]}: in a browser.`, {
      hint: 'The server gave an address that is no web page; check that the host is the right one.',
    });
  }
}

async function openByDesktop(url: string): Promise<ChildProcess> {
  const { default: open } = await import('open');
  try {
    return await open(url);
  } catch (error) {
    throw new BitbranchError('usage', 'No browser could be opened: this system has no opener.', {
      hint: 'Open the address by hand, or name a browser with --browser or BITBRANCH_BROWSER.',
      cause: error,
    });
  }
}

/**
 * The words of a command as a shell would see them; a shell itself is never started. On Windows a backslash parts the names of
 * a path, and the caret escapes.
 */
async function splitCommand(
  command: string,
  env: Environment,
  platform: NodeJS.Platform,
): Promise<string[]> {
  const {
    default: { parse },
  } = await import('shell-quote');
  const words = parse(command, childEnvironment(env), {
    escape: platform === 'win32' ? '^' : '\\',
  });
  const texts = words.filter((word) => typeof word === 'string');
  if (texts.length === 0 || texts.length < words.length) {
    throw new BitbranchError('usage', `"${command}" is not one command that opens a browser.`, {
      hint: 'Give a program with its arguments, quoted like in a shell; to use shell syntax, put it into a script.',
    });
  }
  return texts;
}

/** Resolves once the program was started; it may outlive us. */
async function start(
  program: string,
  args: readonly string[],
  env: Environment,
): Promise<ChildProcess> {
  const { spawn } = await import('node:child_process');
  const child = spawn(program, args, {
    detached: true,
    stdio: 'ignore',
    env: childEnvironment(env),
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) =>
      reject(
        new BitbranchError('usage', `The browser command "${program}" could not be started.`, {
          hint: 'Check the command given by --browser, BITBRANCH_BROWSER or BROWSER.',
          cause: error,
        }),
      ),
    );
  });
  child.unref();
  return child;
}

/** Tells of an opener that ends with a failure while we still run. */
function watch(
  opener: ChildProcess,
  program: string,
  where: string,
  onFailure: (error: BitbranchError) => void,
): void {
  const look = (exitCode: number | null) => {
    if (!exitCode) return; // null: a signal, such as that of a person who ends it
    onFailure(
      new BitbranchError(
        'usage',
        `The browser could not be opened (${program} ended with exit code ${exitCode}${where}).`,
      ),
    );
  };
  if (opener.exitCode !== null) look(opener.exitCode);
  else opener.once('exit', look);
}
