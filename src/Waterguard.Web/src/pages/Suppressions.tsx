export default function Suppressions(_: { parts: Record<string, string> }) { return null; }
