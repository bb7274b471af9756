import { useState } from "react";
import { Copy } from "./Copy";

/** A record as a tree that opens, and to copy. Everything in it is text: what a sender wrote is never markup. */
export function Json({ value, name }: { value: unknown; name: string }) {
  return (
    <div className="json">
      <Copy text={() => JSON.stringify(value, null, 2)} name={`${name} as JSON`} />
      <Node value={value} depth={0} />
    </div>
  );
}

const mostShown = 200;

function Node({ name, value, depth }: { name?: string; value: unknown; depth: number }) {
  const [isOpen, setOpen] = useState(depth < 1);
  const isTree = typeof value === "object" && value !== null;
  const label = name !== undefined && <span className="json-key">{name}: </span>;
  if (!isTree) {
    return (
      <div className="json-leaf">
        {label}
        <span className={`json-${value === null ? "null" : typeof value}`}>{JSON.stringify(value)}</span>
      </div>
    );
  }
  const entries = Object.entries(value);
  const kind = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
  if (entries.length === 0) {
    return (
      <div className="json-leaf">
        {label}
        <span className="dim">{Array.isArray(value) ? "[]" : "{}"}</span>
      </div>
    );
  }
  return (
    <details open={isOpen} onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>
        {label}
        <span className="dim">
          {kind} {!isOpen && preview(value)}
        </span>
      </summary>
      {isOpen && (
        <div className="json-inner">
          {entries.slice(0, mostShown).map(([key, inner]) => (
            <Node key={key} name={key} value={inner} depth={depth + 1} />
          ))}
          {entries.length > mostShown && <p className="dim">{entries.length - mostShown} more; copying gives all.</p>}
        </div>
      )}
    </details>
  );
}

function preview(value: object): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? text.slice(0, 60) + " …" : text;
}
