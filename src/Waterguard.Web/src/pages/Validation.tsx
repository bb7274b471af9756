export default function Validation(_: { parts: Record<string, string> }) { return null; }
