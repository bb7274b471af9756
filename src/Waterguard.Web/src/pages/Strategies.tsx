export default function Strategies(_: { parts: Record<string, string> }) { return null; }
