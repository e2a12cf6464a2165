import { BitbranchError, signInAgain } from '../../errors.ts';

/** Runs a sign-in. Where the next step after its failure is another one, the hint ends in the command for it. */
export async function namingRetry<T>(command: string, signIn: () => Promise<T>): Promise<T> {
  try {
    return await signIn();
  } catch (error) {
    if (!(error instanceof BitbranchError && error.hint?.endsWith(signInAgain))) throw error;
    throw new BitbranchError(error.code, error.message, {
      hint: `${error.hint.slice(0, -1)} with: ${command}`,
      cause: error,
    });
  }
}
