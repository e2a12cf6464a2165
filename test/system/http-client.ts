// Prints what a URL answers, or the sentence that says why it can't be asked. A process of its own, since Node reads the
// variables of certificates when it starts.
import { createHttpClient } from '../../src/system/http.ts';

const [url = ''] = process.argv.slice(2);
const http = createHttpClient({ userAgent: 'test', interrupted: new AbortController().signal });
try {
  const response = await http.send({ method: 'GET', url });
  process.stdout.write(await response.text());
} catch (error) {
  process.stdout.write(String(error));
}
process.exit();
