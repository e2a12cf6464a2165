import { readFile } from 'node:fs/promises';
import type { Files } from '../context.ts';
import { BitbranchError } from '../errors.ts';
import { isSystemError, reasonOf } from './system-error.ts';

export const systemFiles: Files = {
  async readText(path) {
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      if (!isSystemError(error)) throw error;
      throw new BitbranchError('usage', `The file ${path} can't be read: ${reasonOf(error)}.`, {
        hint: 'Check its name and who may read it.',
        cause: error,
      });
    }
  },
};
