export default function Census(_: { parts: Record<string, string> }) { return null; }
