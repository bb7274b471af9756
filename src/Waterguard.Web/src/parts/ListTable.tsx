import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Page } from "../api/types";
import { Read } from "./Async";

/** A list of the API as a table: that it is being read, why it cannot be, that there is nothing, or a row for each. A head that ends with "›" stands to the right. */
export function ListTable<T>({ query, what, heads, empty, row }: { query: UseQueryResult<Page<T>>; what: string; heads: string[]; empty: ReactNode; row: (item: T) => ReactNode }) {
  return (
    <Read query={query} what={what}>
      {(page) =>
        page.items.length === 0 ? (
          empty
        ) : (
          <div className="scroll" tabIndex={0} role="region" aria-label={`Table of ${what}`}>
            <table>
              <thead>
                <tr>
                  {heads.map((h) => (
                    <th key={h} className={h.endsWith("›") ? "right" : undefined}>
                      {h.replace("›", "")}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>{page.items.map(row)}</tbody>
            </table>
          </div>
        )
      }
    </Read>
  );
}
