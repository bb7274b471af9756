export default function SuppressionPage(_: { parts: Record<string, string> }) { return null; }
