import { writeFile } from 'node:fs/promises';
import { evaluate } from './bundle.mjs';

/** The manual page, made by scripts/man-page.ts. */
export async function writeManPage(path) {
  const { manPage } = await evaluate('scripts/man-page.ts');
  await writeFile(path, manPage());
}
