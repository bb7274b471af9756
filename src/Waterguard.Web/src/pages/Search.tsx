export default function Search(_: { parts: Record<string, string> }) { return null; }
