import { codeMarks, oneLine, type Block, type SourceText } from './blocks.js';

/** Removes inline markup: links keep their text, images go, code keeps its words between marks. */
function plainInline(text: string): string {
  return text
    .replaceAll(
      /(`+)(.+?)\1/gu,
      (_, _ticks, code: string) => `${codeMarks.start}${code.trim()}${codeMarks.end}`,
    )
    .replaceAll(/!\[[^\]]*\](\([^)]*\)|\[[^\]]*\])?/gu, '')
    .replaceAll(/\[([^\]]+)\](\([^)]*\)|\[[^\]]*\])/gu, '$1')
    .replaceAll(/<(https?:[^>]*)>/gu, '$1')
    .replaceAll(/<\/?[a-z][^>]*>/giu, '')
    .replaceAll(/(\*\*|__)(?=\S)(.+?)(?<=\S)\1/gu, '$2')
    .replaceAll(/(?<![\w*])[*_](?=\S)([^*_]+?)(?<=\S)[*_](?![\w*])/gu, '$1')
    .replaceAll(/\\([!-/:-@[-`{-~])/gu, '$1')
    .replaceAll('&nbsp;', ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}

/** A heading without markup and closing hashes; code stays recognisable by its ticks. */
function plainHeading(text: string): string {
  return oneLine(
    plainInline(text)
      .replaceAll(/[\uE000\uE001]/gu, '`')
      .replace(/#+\s*$/u, ''),
  );
}

function withoutBlocksOfCode(source: string): string {
  return source
    .replaceAll('\r\n', '\n')
    .replace(/^\uFEFF?---\n[\s\S]*?\n---\n/u, '')
    .replaceAll(/<!--[\s\S]*?-->/gu, '')
    .replaceAll(/^[ \t>]*(`{3,}|~{3,})[^\n]*\n[\s\S]*?(\n[ \t>]*\1[`~]*[ \t]*$|$(?![\s\S]))/gmu, '\n')
    .replaceAll(/<(script|style|pre|table|svg)\b[\s\S]*?<\/\1>/giu, '\n');
}

/** Extracts prose from Markdown: no code fences, tables, comments or front matter; headings become context. */
export function readMarkdown(source: string): SourceText {
  const blocks: Block[] = [];
  let heading = '';
  let title: string | undefined;
  let open: string[] = [];
  let afterBlank = true;
  const close = (): void => {
    const text = oneLine(plainInline(open.join(' ')));
    if (text !== '') blocks.push({ heading, text });
    open = [];
  };
  const startHeading = (text: string, level: number): void => {
    close();
    heading = plainHeading(text);
    if (level === 1) title ??= heading.replaceAll('`', '');
  };
  for (const line of withoutBlocksOfCode(source).split('\n')) {
    const content = line.replace(/^\s*(>\s?)+/u, '');
    const atx = /^ {0,3}(#{1,6})\s+(.*)$/u.exec(content);
    const item = /^\s*([-*+]|\d+[.)])\s+(\[[ xX]\]\s+)?(.*)$/u.exec(content);
    const indentedCode = afterBlank && open.length === 0 && /^( {4}|\t)/u.test(line);
    afterBlank = content.trim() === '';
    if (afterBlank || /^\s*\|/u.test(content) || /^[\s:|-]*-[\s:|-]*\|[\s:|-]*$/u.test(content)) close();
    else if (atx) startHeading(atx[2] ?? '', (atx[1] ?? '').length);
    else if (open.length === 1 && /^\s{0,3}(=+|-{2,})\s*$/u.test(content)) {
      const text = open.join(' ');
      open = [];
      startHeading(text, content.includes('=') ? 1 : 2);
    } else if (/^\s*([-*_]\s*){3,}$/u.test(content) || /^\s*\[[^\]]+\]:\s/u.test(content)) close();
    else if (item) {
      close();
      open = [item[3] ?? ''];
    } else if (!indentedCode) open.push(content.trim());
  }
  close();
  return { title, blocks };
}
