import { useMemo, type ReactNode } from "react";
import { blocksOf, type Block, type Span } from "../logic/markdown";

/** A document of a strategy. Its first heading is the page's, and is left out. */
export function Prose({ text, aside }: { text: string; aside?: (heading: string) => ReactNode }) {
  const blocks = useMemo(() => blocksOf(text).filter((b) => b.is !== "heading" || b.level > 1), [text]);
  return (
    <div className="prose">
      {blocks.map((b, n) => (
        <One key={n} block={b} aside={aside} />
      ))}
    </div>
  );
}

function One({ block: b, aside }: { block: Block; aside?: (heading: string) => ReactNode }) {
  switch (b.is) {
    case "heading": {
      const name = b.spans.map((s) => s.text).join("");
      if (b.level > 2) return <h3>{spans(b.spans)}</h3>;
      return (
        <div className="prose-head" id={slug(name)}>
          <h2>{spans(b.spans)}</h2>
          {aside?.(name)}
        </div>
      );
    }
    case "paragraph":
      return <p>{spans(b.spans)}</p>;
    case "list":
      return (
        <ul className="bullets">
          {b.items.map((item, n) => (
            <li key={n}>{spans(item)}</li>
          ))}
        </ul>
      );
    case "code":
      return <pre className="json pre">{b.text}</pre>;
    case "table":
      return (
        <div className="scroll" tabIndex={0} role="region" aria-label="Table">
          <table>
            <thead>
              <tr>
                {b.head.map((c, n) => (
                  <th key={n}>{spans(c)}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {b.rows.map((row, n) => (
                <tr key={n}>
                  {row.map((c, m) => (
                    <td key={m}>{spans(c)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      );
  }
}

export function slug(name: string): string {
  return "s-" + name.toLowerCase().replace(/[^a-z0-9]+/g, "-");
}

function spans(all: Span[]): ReactNode[] {
  return all.map((s, n) => {
    switch (s.is) {
      case "strong":
        return <strong key={n}>{s.text}</strong>;
      case "em":
        return <em key={n}>{s.text}</em>;
      case "code":
        return <code key={n}>{s.text}</code>;
      case "link":
        return (
          <a key={n} href={s.href} rel="noreferrer noopener" target="_blank">
            {s.text}
          </a>
        );
      default:
        return s.text;
    }
  });
}
