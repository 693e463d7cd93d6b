const setOf = (names: string): ReadonlySet<string> => new Set(names.split(' '));

/** Nobody sees these. */
export const unseen = setOf(
  'script style noscript template head title iframe datalist link meta base area map param source track rp',
);

/** These stand on lines of their own; everything else, known or not, is part of a line. */
export const ownLine = setOf(
  'address article aside blockquote body center dd details dialog dir div dl dt fieldset figure footer header hgroup hr html legend li main menu nav ol optgroup option p section summary table tbody td tfoot th thead tr ul caption figcaption form pre search h1 h2 h3 h4 h5 h6 frameset noframes listing plaintext xmp',
);

/** Blocks of which nothing is quoted, and why. */
export const leftOutBlocks: Readonly<Record<string, string>> = {
  pre: 'code_block',
  listing: 'code_block',
  xmp: 'code_block',
  table: 'table',
  nav: 'navigation',
  menu: 'navigation',
  footer: 'page_frame',
  form: 'form',
  fieldset: 'form',
  figcaption: 'caption',
  dialog: 'form',
};

export const code = setOf('code kbd samp tt var');
export const struckOut = setOf('s del strike');
export const fields = setOf('input button select textarea meter progress output');
export const pictures = setOf('img picture video audio canvas object embed svg applet');
export const isHeading = (name: string): boolean => /^h[1-6]$/u.test(name);

const inline = setOf(
  'a abbr acronym b basefont bdi bdo big br cite data dfn em font i ins label mark math nobr q rb rt rtc ruby slot small span strong sub sup time u wbr marquee blink',
);

/** Whether HTML knows the element; what an unknown one without words shows is its script's affair. */
export function isKnown(name: string): boolean {
  return [unseen, ownLine, code, struckOut, fields, pictures, inline].some((names) => names.has(name));
}
