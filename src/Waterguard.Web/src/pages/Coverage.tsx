export default function Coverage(_: { parts: Record<string, string> }) { return null; }
