const letters = 'aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zAbCdEfGhIjKlMnOpQrStUv';

/** A key of each form that is documented, none of them real; put together here, so that no scanner takes this file for a leak. */
export const planted = [
  ['sk', `-${letters.slice(0, 40)}`],
  ['sk', `-ant-api03-${letters}`],
  ['sk', `-proj-${letters}`],
  ['sk', '_0123456789abcdef0123456789abcdef0123456789abcdef'],
  ['AI', `za${letters.slice(0, 35)}`],
  ['ya29', `.${letters}`],
  ['pplx', `-${letters.slice(0, 48)}`],
  ['gsk', `_${letters}`],
  ['xai', `-${letters}`],
  ['hf', `_${letters.slice(0, 34)}`],
  ['r8', `_${letters.slice(0, 37)}`],
  ['tvly', `-dev-${letters.slice(0, 32)}`],
  ['gh', `p_${letters.slice(0, 36)}`],
  ['github', `_pat_${letters}`],
  ['xoxb', '-123456789012-abcdefABCDEF'],
  ['AKIA', 'ABCDEFGH12345678'],
  ['eyJ', `hbGciOiJIUzI1NiJ9.${letters}.${letters}`],
].map((parts) => parts.join(''));
