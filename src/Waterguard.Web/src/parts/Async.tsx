import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { type ReactNode } from "react";
import { get, Problem } from "../api/client";
import { Icon } from "./Icon";

/** Reads a path of the API; its path is its name, by which it becomes old. */
export function useRead<T>(path: string | null, options: { every?: number; keep?: boolean } = {}): UseQueryResult<T> {
  return useQuery<T>({
    queryKey: [path ?? ""],
    queryFn: ({ signal }) => get<T>(path!, signal),
    enabled: path !== null,
    refetchInterval: options.every ?? false,
    placeholderData: options.keep ? (before) => before as never : undefined,
  });
}

export function Loading({ what }: { what: string }) {
  return (
    <p className="loading" role="status">
      <span className="spinner" aria-hidden="true" /> Loading {what} …
    </p>
  );
}

export function Failure({ error, again }: { error: unknown; again?: () => void }) {
  const problem = error instanceof Problem ? error : null;
  return (
    <div className="notice bad" role="alert">
      <Icon name="warn" />
      <div>
        <strong>{problem?.title ?? "Something went wrong in the page"}</strong>
        <p>{problem ? problem.detail : String(error)}</p>
        {problem?.request && <p className="dim">Request {problem.request}</p>}
        {again && (
          <button type="button" onClick={again}>
            Try again
          </button>
        )}
      </div>
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children && <p className="dim">{children}</p>}
    </div>
  );
}

/** What is read, or that it is being read, or why it cannot be. */
export function Read<T>({ query, what, children }: { query: UseQueryResult<T>; what: string; children: (value: T) => ReactNode }) {
  if (query.data !== undefined)
    return (
      <>
        {query.isError && <Failure error={query.error} again={() => void query.refetch()} />}
        {children(query.data)}
      </>
    );
  if (query.isError) return <Failure error={query.error} again={() => void query.refetch()} />;
  return <Loading what={what} />;
}
