import { Link } from "../app/router";
import { StrategyBoard } from "../parts/StrategyBoard";

export default function Strategies() {
  return (
    <>
      <header className="page-head">
        <h1>Strategies</h1>
        <p className="dim">What each promises, and whether it can keep it now.</p>
        <span className="buttons">
          <Link to="/coverage">ATT&CK matrix</Link>
        </span>
      </header>
      <section className="card" aria-label="State of the strategies">
        <StrategyBoard />
      </section>
    </>
  );
}
