import { describe, expect, it } from "vitest";
import type { DossierContainer } from "../src/api/types";
import { graphOf } from "../src/logic/graph";
import { blocksOf, spansOf } from "../src/logic/markdown";
import { bodyOf, draftOf, missing } from "../src/logic/suppression";

describe("documents", () => {
  it("keep markup as text", () => expect(spansOf("<img src=x onerror=alert(1)>")).toEqual([{ is: "text", text: "<img src=x onerror=alert(1)>" }]));
  it("link to https and to nothing else", () =>
    expect([spansOf("[a](javascript:alert(1))")[0]!.is, spansOf("[a](https://attack.mitre.org/)")[0]]).toEqual(["text", { is: "link", text: "a", href: "https://attack.mitre.org/" }]));
  it("have headings, lists, tables and code", () =>
    expect(blocksOf("## H\n\n- a\n- b\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n```\n- no list\n```\nend").map((b) => b.is)).toEqual(["heading", "list", "table", "code", "paragraph"]));
  it("an item may go on in the next line", () => expect(blocksOf("- a\n  *b*\n- c")).toHaveLength(1));
});

describe("the graph", () => {
  const container = (name: string, id: string): DossierContainer => ({ name, container: id, pod: "", workload: "", image: "i", digest: "", command: "", deployed_by: "", node: "", cluster: "", host_network: false, from: null, to: null, claimed_by: [], seen_by: [], addresses: [] });
  const id = "c311edada2acec5b23014997acda13b3c2e9a238ff683064fb78a540b8c2f672";
  it("a container's name and id are one node, called by its name", () => {
    const graph = graphOf([{ entities: { container: [id, "web"], image: ["i"] } }], [container("web", id)]);
    expect(graph.nodes.map((n) => [n.kind, n.label])).toEqual([["container", "web"], ["image", "i"]]);
    expect(graph.edges).toHaveLength(1);
  });
  it("a resource that is told as something else is not told twice", () => expect(graphOf([{ entities: { container: ["web"], resource: ["web", "db"] } }], []).nodes.map((n) => n.name).sort()).toEqual(["db", "web"]));
  it("of very many keeps the most frequent, and says how many it left", () => {
    const alerts = Array.from({ length: 100 }, (_, n) => ({ entities: { image: ["i"], pod: [`p${n}`] } }));
    const graph = graphOf(alerts, []);
    expect([graph.nodes.length, graph.left, graph.nodes[0]!.name]).toEqual([60, 41, "i"]);
  });
});

describe("the form of a suppression", () => {
  const body = { id: "a-b", strategy: "s", reason: "r", owner: "o", expires: "2099-01-01T00:00:00.000Z", applies_to: ["x"], when: { "user.name": "ann", "container.image.name": ["a", "b"] } };
  it("gives back what it was given", () => expect(bodyOf(draftOf(body), false)).toEqual(body));
  it("keeps a condition that it cannot show as it is", () => {
    const deep = { ...body, when: [{ a: 1 }, { b: { c: 2 } }] };
    expect([draftOf(deep).conditions, bodyOf(draftOf(deep), true)]).toEqual([[], { ...deep, force: true }]);
  });
  it("says what is missing, one thing at a time", () => expect([missing(draftOf(body)), missing(draftOf({ ...body, id: "A" })), missing(draftOf({ ...body, applies_to: [] }))]).toEqual([null, "The name is of lower-case letters, digits and dashes.", "Choose what it is for."]));
  it("times are said only where there are some", () => expect(bodyOf({ ...draftOf(body), during: { rrule: "", cron: "0 2 * * 0", duration: "2h", tz: "" } }, false).during).toEqual({ cron: "0 2 * * 0", duration: "2h" }));
});
