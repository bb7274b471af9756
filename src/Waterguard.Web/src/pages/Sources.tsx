export default function Sources(_: { parts: Record<string, string> }) { return null; }
