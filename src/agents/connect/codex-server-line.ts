const server = 'mcp_servers.showrunner';

/** The line in which a Codex configuration names a server `showrunner` of its own; TOML takes none twice, and Codex would read nothing of the file. */
export function codexServerLine(toml: string): number | undefined {
  let table = '';
  for (const [index, line] of toml.split('\n').entries()) {
    const header = /^\s*\[([^\][]{1,200})\]/.exec(line)?.[1];
    if (header !== undefined) table = plain(header);
    const key = header === undefined ? keyIn(line) : undefined;
    const name = key === undefined ? table : [table, key].filter((part) => part !== '').join('.');
    // Servers in one value, `mcp_servers = { … }`, cannot be added to.
    const isClosed = key !== undefined && name === 'mcp_servers';
    if (isClosed || name === server || name.startsWith(`${server}.`)) return index + 1;
  }
  return undefined;
}

function keyIn(line: string): string | undefined {
  const end = line.indexOf('=');
  return end < 0 || line.trimStart().startsWith('#') ? undefined : plain(line.slice(0, end));
}

function plain(name: string): string {
  return name.replaceAll(/["'\s]/g, '');
}
