/**
 * A JSON value out of a model's answer, where it is there: without what it thought aloud before it (`<think>`), the fence around it, and words before and after. It costs nothing,
 * and what is not JSON inside is not guessed at. Undefined where there is none.
 */
export function repairJson(text: string): string | undefined {
  const bare = text
    .replace(/^\s*<think(?:ing)?>[^]*<\/think(?:ing)?>/u, '')
    .replace(/^\uFEFF/u, '')
    .trim();
  const first = bare.search(/[[{]/u);
  const last = Math.max(bare.lastIndexOf('}'), bare.lastIndexOf(']'));
  const within = first >= 0 && last > first ? bare.slice(first, last + 1) : undefined;
  return [text, bare, within].find((each) => each !== undefined && isJson(each));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
