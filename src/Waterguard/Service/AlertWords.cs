using System.Text.Json;
using Waterguard.Notify;
using Waterguard.Storage;

namespace Waterguard.Service;

/// <summary>Alerts as somebody reads them who looks on: a line each.</summary>
internal sealed class AlertWords(TextWriter to)
{
    private static readonly JsonDocumentOptions s_deep = new() { MaxDepth = 1024 };

    public void Write(StoredAlert alert)
    {
        using var document = JsonDocument.Parse(alert.Json, s_deep);
        string Of(string name) => document.RootElement.GetProperty(name).GetString() ?? "";
        lock (to) to.WriteLine($"{Of("time")[11..19]}  {Of("level").ToUpperInvariant(),-8}  {Message.Line(Of("title"), 100)}: {Message.Line(Of("reason"), 300)}");
    }
}
