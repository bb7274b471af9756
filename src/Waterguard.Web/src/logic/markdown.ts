// The few forms of Markdown in which strategies are rendered. Text stays text: nothing here makes markup of it.

export type Span = { is: "text" | "strong" | "em" | "code"; text: string } | { is: "link"; text: string; href: string };

export type Block = { is: "heading"; level: number; spans: Span[] } | { is: "paragraph"; spans: Span[] } | { is: "list"; items: Span[][] } | { is: "code"; text: string } | { is: "table"; head: Span[][]; rows: Span[][][] };

const inline = /\*\*([^*]+)\*\*|`([^`]+)`|\*([^*\s][^*]*)\*|\[([^\]]+)\]\(([^)\s]+)\)|<(https:\/\/[^>\s]+)>/g;

export function spansOf(text: string): Span[] {
  const spans: Span[] = [];
  let at = 0;
  for (const match of text.matchAll(inline)) {
    if (match.index > at) spans.push({ is: "text", text: text.slice(at, match.index) });
    const [whole, strong, code, em, label, href, bare] = match;
    const to = href ?? bare;
    if (strong) spans.push({ is: "strong", text: strong });
    else if (code) spans.push({ is: "code", text: code });
    else if (em) spans.push({ is: "em", text: em });
    // Only where a link leads is judged: a strategy may come from anywhere.
    else if (to && /^https:\/\//.test(to)) spans.push({ is: "link", text: label ?? to, href: to });
    else spans.push({ is: "text", text: label ?? whole });
    at = match.index + whole.length;
  }
  if (at < text.length) spans.push({ is: "text", text: text.slice(at) });
  return spans;
}

export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  const lines = markdown.split(/\r?\n/);
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    const last = blocks.at(-1);
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    const item = /^\s*(?:[-*]|\d+\.)\s+(.*)$/.exec(line);
    if (line.startsWith("```")) {
      const from = ++i;
      while (i < lines.length && !lines[i]!.startsWith("```")) i++;
      blocks.push({ is: "code", text: lines.slice(from, i).join("\n") });
    } else if (heading) blocks.push({ is: "heading", level: heading[1]!.length, spans: spansOf(heading[2]!) });
    else if (item) {
      const before = lines.slice(0, i).findLast((l) => l.trim() !== "");
      if (last?.is === "list" && before !== undefined && /^\s*(?:[-*]|\d+\.)\s+|^\s{2,}\S/.test(before)) last.items.push(spansOf(item[1]!));
      else blocks.push({ is: "list", items: [spansOf(item[1]!)] });
    } else if (line.startsWith("|")) {
      const rows: string[] = [];
      for (; i < lines.length && lines[i]!.startsWith("|"); i++) rows.push(lines[i]!);
      i--;
      const cells = (row: string) => row.replace(/^\||\|\s*$/g, "").split("|").map((c) => spansOf(c.trim()));
      blocks.push({ is: "table", head: cells(rows[0]!), rows: rows.slice(1).filter((r) => !/^[|\s:-]+$/.test(r)).map(cells) });
    } else if (line.trim() !== "") {
      if (/^\s{2,}\S/.test(line) && last?.is === "list") last.items[last.items.length - 1] = [...last.items.at(-1)!, { is: "text", text: " " }, ...spansOf(line.trim())];
      else if (last?.is === "paragraph" && lines[i - 1]!.trim() !== "") last.spans.push({ is: "text", text: " " }, ...spansOf(line));
      else blocks.push({ is: "paragraph", spans: spansOf(line) });
    }
  }
  return blocks;
}
