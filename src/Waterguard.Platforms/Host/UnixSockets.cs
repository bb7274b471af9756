using System.Globalization;

namespace Waterguard.Platforms.Host;

/// <summary>Sockets by which container engines and runtimes are spoken to.</summary>
public static class UnixSockets
{
    private const uint Listening = 0x10000;
    private static readonly string[] s_names = ["docker.sock", "containerd.sock", "crio.sock", "podman.sock", "cri-dockerd.sock", "buildkitd.sock", "nerdctl.sock"];

    /// <summary>The paths of those that somebody listens on, from the file <c>/proc/PID/net/unix</c>.</summary>
    public static IEnumerable<string> EnginesIn(string text)
    {
        foreach (var line in text.Split('\n'))
        {
            var fields = line.Split(' ', 8, StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length < 8 || !uint.TryParse(fields[3], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var flags) || (flags & Listening) == 0) continue;
            if (s_names.Contains(Path.GetFileName(fields[7]), StringComparer.Ordinal)) yield return fields[7];
        }
    }
}
