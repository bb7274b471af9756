export default function ContainerPage(_: { parts: Record<string, string> }) { return null; }
