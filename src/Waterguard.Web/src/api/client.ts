// The one door to the API: errors are problems (RFC 9457), changes carry the session's token and the revision that was seen.

const root = "/api/v1/";
let csrf: string | null = null;

/** The token of changing requests; signing in and /me tell it. */
export function setCsrf(token: string | null): void {
  csrf = token;
}

/** What the API refused, in its own words. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly request: string | null,
    readonly body: Record<string, unknown>,
    readonly retryAfter: number,
  ) {
    super(detail || title);
  }
}

export interface Told<T> {
  value: T;
  etag: string | null;
}

async function refused(response: Response): Promise<Problem> {
  const retry = Number(response.headers.get("Retry-After") ?? "0");
  try {
    const body = (await response.json()) as Record<string, unknown>;
    return new Problem(response.status, String(body.title ?? response.statusText), String(body.detail ?? ""), (body.request as string) ?? null, body, retry);
  } catch {
    return new Problem(response.status, response.statusText || `Status ${response.status}`, "", null, {}, retry);
  }
}

async function send(method: string, path: string, body?: unknown, etag?: string | null, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET" && csrf) headers["X-Waterguard-Csrf"] = csrf;
  if (etag) headers["If-Match"] = etag;
  let response: Response;
  try {
    response = await fetch(root + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), credentials: "same-origin", signal });
  } catch (e) {
    if (e instanceof DOMException && e.name === "AbortError") throw e;
    throw new Problem(0, "No connection", "The service cannot be reached.", null, {}, 0);
  }
  if (!response.ok) throw await refused(response);
  return response;
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await (await send("GET", path, undefined, null, signal)).json()) as T;
}

/** With its ETag, which a change of it must name. */
export async function getTagged<T>(path: string, signal?: AbortSignal): Promise<Told<T>> {
  const response = await send("GET", path, undefined, null, signal);
  return { value: (await response.json()) as T, etag: response.headers.get("ETag") };
}

export async function getText(path: string, signal?: AbortSignal): Promise<string> {
  return (await send("GET", path, undefined, null, signal)).text();
}

export async function change<T>(method: "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: unknown, etag?: string | null): Promise<Told<T>> {
  const response = await send(method, path, body, etag);
  const value = response.status === 204 ? (undefined as T) : ((await response.json()) as T);
  return { value, etag: response.headers.get("ETag") };
}
