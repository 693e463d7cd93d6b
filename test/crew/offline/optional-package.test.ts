import { describe, expect, it } from 'vitest';
import { optionalPackage } from '../../../src/crew/optional-package.js';

describe('optional package', () => {
  it('given a package that is not installed, when it is needed, then the error names it and how to install it', async () => {
    const load = async (): Promise<never> => {
      throw Object.assign(new Error("Cannot find package 'unpdf' imported from /crew.js"), {
        code: 'ERR_MODULE_NOT_FOUND',
      });
    };
    await expect(optionalPackage('unpdf', load)).rejects.toMatchObject({
      code: 'invalid_input',
      field: 'unpdf',
      message: expect.stringContaining('npm install unpdf'),
    });
  });

  it('given a package that breaks while loading, when it is needed, then its own error comes through', async () => {
    const broken = new Error('out of memory');
    await expect(optionalPackage('unpdf', () => Promise.reject(broken))).rejects.toBe(broken);
  });
});
