export default function StrategyPage(_: { parts: Record<string, string> }) { return null; }
