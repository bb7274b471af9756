import { lazy, Suspense } from "react";
import { Failure, Loading } from "../parts/Async";
import { SignIn } from "../pages/SignIn";
import { fits, usePlace } from "./router";
import { SessionProvider, useMe } from "./session";
import { Shell } from "./Shell";

const pages: [pattern: string, page: React.ComponentType<{ parts: Record<string, string> }>][] = [
  ["/", lazy(() => import("../pages/Overview"))],
  ["/incidents", lazy(() => import("../pages/Incidents"))],
  ["/incidents/:id", lazy(() => import("../pages/IncidentPage"))],
  ["/strategies", lazy(() => import("../pages/Strategies"))],
  ["/strategies/:name", lazy(() => import("../pages/StrategyPage"))],
  ["/coverage", lazy(() => import("../pages/Coverage"))],
  ["/census", lazy(() => import("../pages/Census"))],
  ["/census/:id", lazy(() => import("../pages/ContainerPage"))],
  ["/sources", lazy(() => import("../pages/Sources"))],
  ["/suppressions", lazy(() => import("../pages/Suppressions"))],
  ["/suppressions/:id", lazy(() => import("../pages/SuppressionPage"))],
  ["/validation", lazy(() => import("../pages/Validation"))],
  ["/search", lazy(() => import("../pages/Search"))],
  ["/admin", lazy(() => import("../pages/Admin"))],
  ["/me", lazy(() => import("../pages/MePage"))],
];

export function App() {
  const { path } = usePlace();
  const me = useMe();
  if (me.isPending) return <Loading what="Waterguard" />;
  if (me.isError) return <Failure error={me.error} again={() => void me.refetch()} />;
  if (!me.data) return <SignIn />;
  return (
    <SessionProvider me={me.data}>
      <Shell>
        <Suspense fallback={<Loading what="the page" />}>
          <Current path={path} />
        </Suspense>
      </Shell>
    </SessionProvider>
  );
}

function Current({ path }: { path: string }) {
  for (const [pattern, Page] of pages) {
    const parts = fits(pattern, path);
    if (parts) return <Page key={path} parts={parts} />;
  }
  return (
    <section className="empty" aria-labelledby="lost">
      <h1 id="lost">There is no such page</h1>
      <p>
        Press <kbd>?</kbd> to see where keys lead.
      </p>
    </section>
  );
}
