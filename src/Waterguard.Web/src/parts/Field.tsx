import { useId, type ReactElement, cloneElement } from "react";

/** A control with its label, and what is to be known of it. */
export function Field({ label, hint, children, wide }: { label: string; hint?: string; children: ReactElement<{ id?: string; "aria-describedby"?: string }>; wide?: boolean }) {
  const id = useId();
  return (
    <div className={wide ? "field wide" : "field"}>
      <label htmlFor={id}>{label}</label>
      {cloneElement(children, { id, "aria-describedby": hint ? id + "h" : undefined })}
      {hint && (
        <p className="hint" id={id + "h"}>
          {hint}
        </p>
      )}
    </div>
  );
}
