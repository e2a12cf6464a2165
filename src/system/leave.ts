declare global {
  namespace NodeJS {
    interface Process {
      /** From Node 22.15 on, and not on Windows. */
      readonly execve?: (
        file: string,
        args: readonly string[],
        env: Readonly<Record<string, string>>,
      ) => void;
    }
  }
}

/** Whether this process can end while a library call hangs in it. */
export function canLeaveHang(platform: NodeJS.Platform): boolean {
  return process.execve !== undefined && platform !== 'win32';
}

/** Ends the process, whatever hangs: `process.exit()` would wait for its thread, another program in its place does not. */
export function leaveHang(exitCode: number): void {
  process.execve?.('/bin/sh', ['sh', '-c', `exit ${exitCode}`], {});
}
