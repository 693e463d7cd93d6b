const fileName =
  /(?<![\w/])([\w-]{1,80})\.(json|md|ts|tsx|js|mjs|cjs|jsx|mts|wasm|html|css|yml|yaml|toml|txt|py|rs|lock|wav|mp3|xml|csv|pdf)\b/gu;

/** Words for file names, paths and identifiers: `package.json` → "package dot json", `createTestModel` → "create test model". */
export function sayNames(text: string): string {
  return text
    .replaceAll(/(?<![\w.@-])(?:[\w.@-]+\/){2,}[\w.@-]*/gu, (path) => path.replaceAll('/', ' slash '))
    .replaceAll(/\b([a-z]{2,})\/([a-z]{2,})\b/gu, '$1 or $2')
    .replaceAll(/\b(\w+)\/(\w+)\b/gu, '$1 slash $2')
    .replaceAll(fileName, '$1 dot $2')
    .replaceAll(/\b([a-zA-Z]{2,})\.([a-z]\w+)\b/gu, '$1 dot $2')
    .replaceAll(/(?<=[A-Za-z])_+(?=[A-Za-z\d])/gu, ' ')
    .replaceAll(/\b[a-z]+(?:[A-Z][a-z\d]*)+\b/gu, (name) =>
      name.replaceAll(/(?=[A-Z])/gu, ' ').toLowerCase(),
    );
}
