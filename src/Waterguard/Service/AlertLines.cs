using Waterguard.Storage;

namespace Waterguard.Service;

/// <summary>Alerts on standard output, one JSON object a line, each flushed: whoever reads the pipe sees it at once.</summary>
internal sealed class AlertLines : IDisposable
{
    private readonly Stream _output = Console.OpenStandardOutput();

    public void Write(StoredAlert alert)
    {
        _output.Write([.. alert.Json, (byte)'\n']);
        _output.Flush();
    }

    public void Dispose() => _output.Dispose();
}
