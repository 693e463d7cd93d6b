import type { Doubt } from './marks.js';

/** What is asked of an element here. */
interface Styled {
  getAttribute?(name: string): string | null;
}

/** Classes and ids that a page's own style sheet hides or strikes out. */
export type StyledNames = ReadonlyMap<string, Doubt>;

const hidden = /(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))/iu;
const hardlySeen =
  /(?:opacity\s*:\s*0(?:\.0+)?\s*(?:;|!|$)|font-size\s*:\s*0(?:\D|$)|color\s*:\s*transparent|clip(?:-path)?\s*:|(?:left|top|text-indent)\s*:\s*-\d{3,}|unicode-bidi)/iu;
const lineThrough = /text-decoration[\w-]*\s*:[^;]*line-through/iu;

/** Class names for what only some see: hidden from eyes, or shown when a pointer comes near. */
const hidingClass =
  /(?:^|[\s_-])(?:sr-only|visually-?hidden|screen-?reader[\w-]*|tooltip\w*|popover\w*|popup\w*|d-none|hidden|offscreen)(?:$|[\s_:-])/iu;
const iconClass =
  /(?:^|\s)(?:icons?|material-(?:icons|symbols)[\w-]*|fa[srlbdt]?|fa-[\w-]+|glyphicons?[\w-]*|octicons?[\w-]*|bi-[\w-]+|[\w-]+-icon|icon-[\w-]+)(?:\s|$)/iu;

const attribute = (node: Styled, name: string): string => (node.getAttribute?.(name) ?? '').slice(0, 2000);

/** The names that a style sheet hides or strikes out by themselves; rules for print or small screens do not count. */
export function styledNames(sheet: string): Map<string, Doubt> {
  const names = new Map<string, Doubt>();
  for (const { selectors, rules } of plainRules(sheet)) {
    const doubt = hidden.test(rules) || hardlySeen.test(rules) ? 'hidden_words' : 'struck_out';
    if (doubt === 'struck_out' && !lineThrough.test(rules)) continue;
    for (const selector of selectors.split(',')) {
      const name = /^\s*[a-z\d]*([.#][\w-]+)\s*$/iu.exec(selector)?.[1];
      if (name !== undefined) names.set(name, doubt);
    }
  }
  return names;
}

/** Rules that stand by themselves, in one look at each sign; what an at-rule has in its braces does not count. */
function* plainRules(sheet: string): Generator<{ selectors: string; rules: string }> {
  let depth = 0;
  let selectors = '';
  let text = '';
  for (const [piece] of withoutComments(sheet).matchAll(/[^{}]+|[{}]/gu)) {
    if (piece === '{') {
      depth += 1;
      if (depth === 1) selectors = text.slice(text.lastIndexOf(';') + 1).slice(-2000);
    }
    if (piece === '}') {
      if (depth === 1 && !selectors.trimStart().startsWith('@'))
        yield { selectors, rules: text.slice(0, 4000) };
      depth = Math.max(0, depth - 1);
    }
    text = piece === '{' || piece === '}' ? '' : piece;
  }
}

function withoutComments(sheet: string): string {
  const [first = '', ...others] = sheet.split('/*');
  return [
    first,
    ...others.map((part) => (part.includes('*/') ? part.slice(part.indexOf('*/') + 2) : '')),
  ].join('');
}

/** Whether an element says that nobody sees it. */
export function isHidden(node: Styled): boolean {
  return node.getAttribute?.('hidden') != null || hidden.test(attribute(node, 'style'));
}

/** What makes an element's words doubtful by the way they look; a block's looks are often those of a page that is still loading. */
export function doubtfulLook(node: Styled, isBlock: boolean, names: StyledNames): Doubt | undefined {
  const style = attribute(node, 'style');
  const classes = attribute(node, 'class');
  if (lineThrough.test(style)) return 'struck_out';
  for (const name of names.size === 0 ? [] : classes.split(/\s+/u)) {
    const doubt = names.get(`.${name}`);
    if (doubt !== undefined) return doubt;
  }
  const byId = names.get(`#${attribute(node, 'id')}`);
  if (byId !== undefined) return byId;
  if (isBlock) return undefined;
  if (iconClass.test(classes)) return 'picture';
  const isUnsure =
    hidingClass.test(classes) || hardlySeen.test(style) || attribute(node, 'aria-hidden') === 'true';
  return isUnsure ? 'hidden_words' : undefined;
}

/** Whether an element's words are raised or lowered by its style. */
export function raisedByStyle(node: Styled): 'sup' | 'sub' | undefined {
  const found = /vertical-align\s*:\s*(super|sub|-?\d)/iu.exec(attribute(node, 'style'))?.[1];
  if (found === undefined) return undefined;
  return found.toLowerCase() === 'sub' || found === '-' ? 'sub' : 'sup';
}
