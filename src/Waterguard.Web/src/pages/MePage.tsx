export default function MePage(_: { parts: Record<string, string> }) { return null; }
