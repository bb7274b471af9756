using System.Diagnostics;
using System.Text;

namespace Waterguard.Validation.Live;

/// <summary>A sensor of this machine, in a process of its own, and what it has told. Not thread-safe, but for <see cref="Samples"/>.</summary>
internal sealed class LiveSensor(string folder) : IAsyncDisposable
{
    private Process? _process;

    /// <summary>Starts it.</summary>
    public void Start() => _process = LiveProcess.Start("sensor", "--to", LiveSettings.SensorFile(folder), "--every", "1s", "--look", "1s", "--host-name", LiveSettings.Host);

    /// <summary>How many times it has measured a container.</summary>
    /// <param name="container">Its id, or its name.</param>
    /// <exception cref="IOException">What it wrote cannot be read.</exception>
    public int Samples(string container)
    {
        var file = new FileInfo(LiveSettings.SensorFile(folder));
        if (!file.Exists) return 0;
        using var reader = new StreamReader(new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), Encoding.UTF8);
        var samples = 0;
        while (reader.ReadLine() is { } line)
        {
            if (line.Contains("\"metricset\":{\"name\":\"container\"}", StringComparison.Ordinal) && line.Contains($"\"{container}\"", StringComparison.Ordinal)) samples++;
        }

        return samples;
    }

    /// <summary>Ends it, where it runs.</summary>
    public async Task StopAsync()
    {
        if (_process is null) return;
        await LiveProcess.EndAsync(_process);
        _process = null;
    }

    public async ValueTask DisposeAsync() => await StopAsync();
}
