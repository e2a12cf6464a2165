import type { BuildResult, Metafile } from 'esbuild';

export const root: string;
export const outDirectory: string;
export function bundle(): Promise<BuildResult & { metafile: Metafile }>;
export function librarySizes(metafile: Metafile): ReadonlyMap<string, number>;
