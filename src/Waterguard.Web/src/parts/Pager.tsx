interface Props {
  what: string;
  /** The places at which the pages in front of this one, and this one, begin; none: it is the first. */
  cursors: string[];
  set: (cursors: string[]) => void;
  /** Where the next page begins; without, this is the last. */
  next: string | null | undefined;
}

/** Leafs through a list that has its newest first. */
export function Pager({ what, cursors, set, next }: Props) {
  return (
    <nav className="pager" aria-label={`Pages of ${what}`}>
      <button type="button" disabled={cursors.length === 0} onClick={() => set(cursors.slice(0, -1))}>
        Newer
      </button>
      <button type="button" disabled={!next} onClick={() => set([...cursors, next!])}>
        Older
      </button>
    </nav>
  );
}
