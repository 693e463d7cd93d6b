import { optionalPackage } from '../../optional-package.js';

const beginnings: Readonly<Record<string, RegExp>> = {
  yaml: /^(?:#|---$|[\w"'][\w "'.-]*:(?:\s|$))/u,
  toml: /^(?:#|\[|[\w"'.-]+\s*=)/u,
};

/** A text with its front matter apart, which is empty where there is none. */
interface Parted {
  matter: string;
  body: string;
  title: string | undefined;
}

/**
 * Takes the front matter off, in YAML (closed by `---` or `...`), TOML or JSON; its title is the document's. A rule at the top of a text is
 * no front matter, and prose between two rules is none either.
 */
export async function withoutFrontMatter(source: string): Promise<Parted> {
  const text = source.replaceAll(/\r\n?/gu, '\n');
  const asJson = /^[{]\s*\n/u.test(text) ? jsonMatter(text) : undefined;
  if (asJson !== undefined) return asJson;
  if (!/^(?:---|\+\+\+)[ \t]*\n/u.test(text)) return { matter: '', body: text, title: undefined };
  const { fromMarkdown } = await optionalPackage(
    'mdast-util-from-markdown',
    () => import('mdast-util-from-markdown'),
  );
  const { frontmatter } = await optionalPackage(
    'micromark-extension-frontmatter',
    () => import('micromark-extension-frontmatter'),
  );
  const { frontmatterFromMarkdown } = await optionalPackage(
    'mdast-util-frontmatter',
    () => import('mdast-util-frontmatter'),
  );
  // Long enough for any front matter, and short enough to be parsed twice.
  const head = text.slice(0, 64 * 1024);
  for (const close of ['---', '...']) {
    const kinds = ['yaml' as const, 'toml' as const];
    const matters = close === '---' ? kinds : [{ type: 'yaml', fence: { open: '---', close } }];
    const first = fromMarkdown(head, {
      extensions: [frontmatter(matters)],
      mdastExtensions: [frontmatterFromMarkdown(matters)],
    }).children[0];
    const value = first !== undefined && 'value' in first ? first.value : '';
    if (first === undefined || beginnings[first.type]?.test(value.trimStart()) !== true) continue;
    return { matter: value, body: text.slice(first.position?.end.offset ?? 0), title: titleIn(value) };
  }
  return { matter: '', body: text, title: undefined };
}

function titleIn(matter: string): string | undefined {
  const found = /^["']?title["']?\s*[:=]\s*(?:[>|][+-]?[^\S\n]*\n\s+)?(\S.*)$/mu.exec(matter)?.[1]?.trim();
  return found?.replaceAll(/^(["'])(.*)\1$/gu, '$2') || undefined;
}

function jsonMatter(text: string): Parted | undefined {
  const close = text.indexOf('\n}');
  if (close < 0) return undefined;
  try {
    const matter = JSON.parse(text.slice(0, close + 2)) as { title?: unknown };
    return {
      matter: text.slice(0, close + 2),
      body: text.slice(close + 2),
      title: typeof matter.title === 'string' ? matter.title : undefined,
    };
  } catch {
    return undefined;
  }
}
