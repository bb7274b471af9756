import cytoscape from "cytoscape";
import { useEffect, useRef } from "react";
import type { Graph } from "../logic/graph";
import { useTheme } from "../app/theme";

const shapes: Record<string, string> = { container: "round-rectangle", pod: "round-rectangle", workload: "round-rectangle", image: "hexagon", node: "rectangle", cluster: "octagon", identity: "ellipse", address: "diamond", resource: "tag" };

/** Draws who was together with whom. The list beside it says the same in words. */
export default function EntityGraph({ graph, chosen, choose }: { graph: Graph; chosen: string | null; choose: (id: string) => void }) {
  const ref = useRef<HTMLDivElement>(null);
  const drawn = useRef<cytoscape.Core | null>(null);
  const theme = useTheme();
  useEffect(() => {
    const element = ref.current!;
    ownStyle();
    const color = (name: string) => getComputedStyle(element).getPropertyValue(name).trim();
    const cy = cytoscape({
      container: element,
      elements: [
        ...graph.nodes.map((n) => ({ data: { id: n.id, label: clipped(n.label), kind: n.kind } })),
        ...graph.edges.map((e) => ({ data: { id: e.id, source: e.from, target: e.to, weight: Math.min(5, e.weight) } })),
      ],
      style: [
        { selector: "node", style: { label: "data(label)", "font-size": 9, color: color("--text"), "text-valign": "bottom", "text-margin-y": 3, width: 20, height: 20, "border-width": 1, "border-color": color("--raised"), "text-background-color": color("--raised"), "text-background-opacity": 0.85, "text-background-padding": "1px" } },
        ...Object.entries(shapes).map(([kind, shape]) => ({ selector: `node[kind = "${kind}"]`, style: { shape: shape as cytoscape.Css.NodeShape, "background-color": color(`--kind-${kind}`) } })),
        { selector: "edge", style: { width: "mapData(weight, 1, 5, 1, 3)", "line-color": color("--edge"), "curve-style": "straight" } },
        { selector: "node:selected", style: { "border-width": 3, "border-color": color("--accent") } },
      ],
      layout: { name: "cose", animate: false, randomize: false, nodeRepulsion: () => 9000, idealEdgeLength: () => 60, padding: 24, fit: true },
      userZoomingEnabled: false,
      maxZoom: 2,
      boxSelectionEnabled: false,
    });
    cy.on("tap", "node", (e) => choose((e.target as cytoscape.NodeSingular).id()));
    drawn.current = cy;
    const watcher = new ResizeObserver(() => {
      cy.resize();
      cy.fit(undefined, 24);
    });
    watcher.observe(element);
    return () => {
      watcher.disconnect();
      drawn.current = null;
      cy.destroy();
    };
  }, [graph, theme, choose]);
  useEffect(() => {
    drawn.current?.nodes().unselect();
    if (chosen) drawn.current?.getElementById(chosen).select();
  }, [chosen]);
  return <div ref={ref} className="graph" role="img" aria-label={`Graph of ${graph.nodes.length} entities; they are listed beside it`} />;
}

// Cytoscape would write a style element of its own, which the content policy refuses; it looks for one of this name first. What it says is in our style sheet.
function ownStyle(): void {
  const id = "__________cytoscape_stylesheet";
  if (document.getElementById(id)) return;
  const mark = document.createElement("meta");
  mark.id = id;
  document.head.append(mark);
}

function clipped(label: string): string {
  return label.length > 26 ? label.slice(0, 25) + "…" : label;
}
