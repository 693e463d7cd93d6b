import type { Token, Tokens } from 'marked';
import type { ComponentChildren } from 'preact';
import { blocksOf } from './blocks-of.js';

/** Markdown as headings, paragraphs and lists. What sources or models wrote never becomes a link, a picture or markup of theirs. */
export function Markdown({ text }: { text: string }) {
  const blocks = blocksOf(text);
  return blocks ? <>{blocks.map(block)}</> : <pre>{text}</pre>;
}

function block(token: Token, at: number): ComponentChildren {
  switch (token.type) {
    case 'heading':
      return (
        <p
          key={at}
          class={`prose-heading prose-heading-${(token as Tokens.Heading).depth}`}
          role="heading"
          aria-level={Math.min(6, (token as Tokens.Heading).depth + 2)}
        >
          {inline(token.tokens)}
        </p>
      );
    case 'paragraph':
      return <p key={at}>{inline(token.tokens)}</p>;
    case 'blockquote':
      return <blockquote key={at}>{token.tokens?.map(block)}</blockquote>;
    case 'list':
      return list(token as Tokens.List, at);
    case 'code':
      return <pre key={at}>{(token as Tokens.Code).text}</pre>;
    case 'table':
      return table(token as Tokens.Table, at);
    case 'hr':
      return <hr key={at} />;
    case 'space':
    case 'def':
      return null;
    case 'text':
      return (
        <span key={at}>{token.tokens ? inline(token.tokens) : decoded((token as Tokens.Text).text)}</span>
      );
    default:
      return <p key={at}>{token.raw}</p>;
  }
}

function list({ ordered, start, items }: Tokens.List, at: number): ComponentChildren {
  const lines = items.map((item, index) => <li key={index}>{item.tokens.map(block)}</li>);
  return ordered ? (
    <ol key={at} start={start === '' ? 1 : start}>
      {lines}
    </ol>
  ) : (
    <ul key={at}>{lines}</ul>
  );
}

function table({ header, rows }: Tokens.Table, at: number): ComponentChildren {
  return (
    <table key={at} class="data">
      <thead>
        <tr>
          {header.map((cell, index) => (
            <th key={index} scope="col">
              {inline(cell.tokens)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <tr key={index}>
            {row.map((cell, column) => (
              <td key={column}>{inline(cell.tokens)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function inline(tokens: readonly Token[] = []): ComponentChildren {
  return tokens.map((token, at) => {
    switch (token.type) {
      case 'strong':
        return <b key={at}>{inline(token.tokens)}</b>;
      case 'em':
        return <em key={at}>{inline(token.tokens)}</em>;
      case 'del':
        return <del key={at}>{inline(token.tokens)}</del>;
      case 'codespan':
        return <code key={at}>{(token as Tokens.Codespan).text}</code>;
      case 'br':
        return <br key={at} />;
      case 'link':
        return link(token as Tokens.Link, at);
      case 'image':
        return `[picture: ${(token as Tokens.Image).text}]`;
      case 'text':
        return token.tokens ? inline(token.tokens) : decoded((token as Tokens.Text).text);
      case 'escape':
        return decoded((token as Tokens.Escape).text);
      default:
        return token.raw;
    }
  });
}

/** Its address as text: where somebody else's text leads is for a person to decide. */
function link({ text, href, tokens }: Tokens.Link, at: number): ComponentChildren {
  return (
    <span key={at}>
      {inline(tokens)}
      {href !== text && <span class="quiet"> ({href})</span>}
    </span>
  );
}

const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

function decoded(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|([a-z]{2,5}));/g, (whole, code?: string, name?: string) => {
    if (name !== undefined) return Object.hasOwn(named, name) ? (named[name] ?? whole) : whole;
    const point = Number(code);
    return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}
