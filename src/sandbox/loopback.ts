/** Whether a browser may be sent there: an http URL on a loopback address, without a user or a fragment. */
export function isLoopbackCallback(callback: string): boolean {
  const url = URL.canParse(callback) ? new URL(callback) : null;
  return (
    url?.protocol === 'http:' &&
    /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname) &&
    url.username === '' &&
    url.password === '' &&
    !callback.includes('#')
  );
}
