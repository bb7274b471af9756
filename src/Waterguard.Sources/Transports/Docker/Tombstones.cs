namespace Waterguard.Sources.Transports.Docker;

/// <summary>What the engine last said of its containers, kept for when they are gone. Bounded; the oldest go first. Not thread-safe.</summary>
internal sealed class Tombstones
{
    private const int MostContainers = 20_000;
    private const long MostBytes = 128L << 20;
    private readonly Dictionary<string, byte[]> _documents = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();
    private long _bytes;

    public void Keep(string container, byte[] document)
    {
        if (_documents.TryGetValue(container, out var before)) _bytes -= before.Length;
        else _order.Enqueue(container);
        _documents[container] = document;
        _bytes += document.Length;
        while ((_documents.Count > MostContainers || _bytes > MostBytes) && _order.TryDequeue(out var oldest)) Take(oldest);
    }

    public byte[]? Take(string container)
    {
        if (!_documents.Remove(container, out var document)) return null;
        _bytes -= document.Length;
        return document;
    }
}
