using System.Text.Json;
using Waterguard.Alerting.Output;

namespace Waterguard.Output;

/// <summary>One JSON object a line on standard output.</summary>
internal static class JsonLines
{
    public static void Write<T>(IReadOnlyList<T> objects, Action<T, Utf8JsonWriter> write)
    {
        using var stdout = Console.OpenStandardOutput();
        using var buffered = new BufferedStream(stdout, 1 << 16);
        using var writer = new Utf8JsonWriter(buffered, AlertJson.Options);
        foreach (var one in objects)
        {
            write(one, writer);
            writer.Flush();
            writer.Reset();
            buffered.WriteByte((byte)'\n');
        }
    }
}
