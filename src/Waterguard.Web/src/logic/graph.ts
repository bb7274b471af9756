import type { AlertSummary, DossierContainer, Entities } from "../api/types";
import { short } from "./format";

export interface GraphNode {
  id: string;
  kind: string;
  name: string;
  label: string;
}

export interface GraphEdge {
  id: string;
  from: string;
  to: string;
  weight: number;
}

export interface Graph {
  nodes: GraphNode[];
  edges: GraphEdge[];
  left: number;
}

export const kinds = ["container", "pod", "workload", "image", "node", "cluster", "identity", "address", "resource"] as const;

const mostNodes = 60;

/** Who was together with whom: entities of one alert are tied, what the dossier knows of a container is too. A name and the id of one container are one node. */
export function graphOf(alerts: readonly Pick<AlertSummary, "entities">[], containers: readonly DossierContainer[]): Graph {
  const names = new Map(containers.filter((c) => c.container && c.name).map((c) => [c.name, c.container]));
  const known = new Map(containers.filter((c) => c.container).map((c) => [c.container, c.name]));
  const nodes = new Map<string, GraphNode & { seen: number }>();
  const edges = new Map<string, GraphEdge>();
  const node = (kind: string, given: string): string => {
    const name = kind === "container" ? (names.get(given) ?? given) : given;
    const id = `${kind}:${name}`;
    const found = nodes.get(id);
    if (found) found.seen++;
    else nodes.set(id, { id, kind, name, label: (kind === "container" && known.get(name)) || short(name), seen: 1 });
    return id;
  };
  const tie = (a: string, b: string) => {
    if (a === b) return;
    const [from, to] = a < b ? [a, b] : [b, a];
    const id = `${from} ${to}`;
    const found = edges.get(id);
    if (found) found.weight++;
    else edges.set(id, { id, from, to, weight: 1 });
  };
  for (const alert of alerts) tieAll(tellers(alert.entities, node), tie);
  for (const c of containers) {
    const of = { container: c.container || c.name, pod: c.pod, workload: c.workload, image: c.image, node: c.node, identity: c.deployed_by };
    tieAll(
      Object.entries(of)
        .filter(([, name]) => name)
        .map(([kind, name]) => node(kind, name)),
      tie,
    );
  }
  const kept = new Map([...nodes].sort(([, a], [, b]) => b.seen - a.seen || (a.id < b.id ? -1 : 1)).slice(0, mostNodes));
  return {
    nodes: [...kept.values()].map(({ seen: _, ...n }) => n),
    edges: [...edges.values()].filter((e) => kept.has(e.from) && kept.has(e.to)),
    left: nodes.size - kept.size,
  };
}

// A resource that is also told as another kind is that other one.
function tellers(entities: Entities, node: (kind: string, name: string) => string): string[] {
  const others = new Set(kinds.filter((k) => k !== "resource").flatMap((k) => entities[k] ?? []));
  return kinds.flatMap((kind) => (entities[kind] ?? []).filter((name) => kind !== "resource" || !others.has(name)).map((name) => node(kind, name)));
}

// The first of the list is its middle: a ring of all pairs would be a ball of wool.
function tieAll(ids: string[], tie: (a: string, b: string) => void): void {
  for (const id of ids.slice(1)) tie(ids[0]!, id);
}
