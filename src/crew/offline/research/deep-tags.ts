/** Deeper nesting is nobody's prose; building the page's tree takes time with the square of it (linkedom 0.18). */
const deepest = 1000;

/** Elements that are closed by what follows, or never open anything. */
const selfEnding =
  /^(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr|p|li|dt|dd|td|th|tr|thead|tbody|tfoot|option|optgroup|rp|rt|html|head|body)$/;
const rawText = /^(?:script|style|textarea|title|xmp)$/;

/** Whether a page opens so many elements inside of each other that it is not worth a parser. In one look at each sign. */
export function isTooDeep(page: string): boolean {
  const tag = /<(?:!--|(\/?)([a-z][\w:-]*)([^<>]*))/giu;
  const stack: string[] = [];
  const counts = new Map<string, number>();
  const count = (name: string, change: number): void =>
    void counts.set(name, (counts.get(name) ?? 0) + change);
  for (let found = tag.exec(page); found !== null; found = tag.exec(page)) {
    const [whole, slash = '', written, rest = ''] = found;
    if (written === undefined) {
      const end = page.indexOf('-->', found.index + whole.length);
      if (end < 0) return false;
      tag.lastIndex = end;
      continue;
    }
    const name = written.toLowerCase();
    if (slash === '/') {
      if ((counts.get(name) ?? 0) === 0) continue;
      for (let closed = stack.pop(); closed !== undefined; closed = stack.pop()) {
        count(closed, -1);
        if (closed === name) break;
      }
    } else if (rawText.test(name)) {
      const end = new RegExp(`</${name}`, 'giu');
      end.lastIndex = found.index;
      if (!end.test(page)) return false;
      tag.lastIndex = end.lastIndex;
    } else if (!selfEnding.test(name) && !rest.endsWith('/')) {
      stack.push(name);
      count(name, 1);
      if (stack.length > deepest) return true;
    }
  }
  return false;
}
