import type { Suppression } from "../api/types";
import { count, plural } from "../logic/format";
import { Json } from "./Json";
import { Time } from "./Marks";

/** A suppression as it is kept. */
export function SuppressionShown({ suppression: s }: { suppression: Suppression }) {
  const hides = s.hides_when_made;
  return (
    <section className="card" aria-label="The suppression">
      {hides && hides.scenarios.length > 0 && (
        <p className="notice bad">It was forced: when it was made it hid true positives of {plural(hides.scenarios.length, "scenario")}.</p>
      )}
      <dl className="inline-facts">
        <Row name="Reason">{s.reason}</Row>
        <Row name="Owner">{s.owner}</Row>
        <Row name="Strategy">{s.strategy}</Row>
        <Row name="Expires">
          <Time at={s.expires} />
        </Row>
        <Row name="State">{s.in_use ? "in use" : "not in use"}</Row>
        <Row name="Receipt">{plural(s.hits, "alert")} marked since the content was loaded</Row>
        {hides && <Row name="When made">it hid {count(hides.count)} stored alerts</Row>}
        {s.file && <Row name="File">{s.file}; {s.applied ? "a response has applied it" : "it is a part of the content, and changed there"}</Row>}
        <Row name="Is for">{plural(s.applies_to.length, "detection")}</Row>
      </dl>
      {s.when !== undefined && s.when !== null && <Json value={s.when} name="the condition" />}
      {s.during && <Json value={s.during} name="the times" />}
    </section>
  );
}

function Row({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
