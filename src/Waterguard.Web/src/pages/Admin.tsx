export default function Admin(_: { parts: Record<string, string> }) { return null; }
