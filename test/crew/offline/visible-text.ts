const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: '\u00A0' };
const raisedDigits = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** The words of a page on one line, by a renderer that shares nothing with the crew's: tags go, entities become signs. */
export function visibleHtml(html: string): string {
  return html
    .replaceAll(/<!--[\s\S]*?-->|<(script|style)\b[\s\S]*?<\/\1>/giu, '')
    .replaceAll(
      /10<sup>(\d+)<\/sup>/giu,
      (_, digits: string) => `10${Array.from(digits, (digit) => raisedDigits[Number(digit)]).join('')}`,
    )
    .replaceAll(/<sup\b[^>]*>\s*(?:<a\b[^>]*>)?\[?[\w-]{1,8}\]?(?:<\/a>)?\s*<\/sup>/giu, '')
    .replaceAll(/<\/?(?:p|div|li|ul|ol|br|h\d|td|th|tr|blockquote|pre|hr)\b[^>]*>/giu, ' ')
    .replaceAll(/<q>/giu, '“')
    .replaceAll(/<\/q>/giu, '”')
    .replaceAll(/<\/?[a-z][^>]*>/giu, '')
    .replaceAll(/&#x([\da-f]+);/giu, (_, code: string) => String.fromCodePoint(parseInt(code, 16)))
    .replaceAll(/&#(\d+);/gu, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll(/&(amp|lt|gt|quot|nbsp);/gu, (_, name: string) => entities[name] ?? '')
    .replaceAll(/\s+/gu, ' ')
    .trim();
}
