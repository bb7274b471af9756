using System.Globalization;
using Waterguard.Events.Framing;
using Waterguard.Pipeline;

namespace Waterguard.Rules;

/// <summary>Reads the one event that a command is asked about.</summary>
internal static class SingleEvent
{
    /// <summary>The record's bytes, or null and what is wrong. Of a file with several records it is the first, or the one at the line given.</summary>
    /// <param name="input">A file, <c>file:line</c>, or <c>-</c>.</param>
    /// <exception cref="IOException">The file cannot be read; the message says which.</exception>
    public static byte[]? Read(string input, out string? problem)
    {
        var (path, line) = Split(input);
        problem = null;
        using var reader = new RecordReader(ScanInput.Of([path])[0].Open(), path);
        var batch = new RecordBatch();
        while (reader.Read(batch))
        {
            foreach (var record in batch.Records)
            {
                if (line is null || record.Line == line) return batch.Buffer.AsSpan(record.Start, record.Length).ToArray();
            }
        }

        problem = line is null ? $"{path}: there is no record in it" : $"{path}: no record starts at line {line}";
        return null;
    }

    private static (string Path, long? Line) Split(string input)
    {
        var colon = input.LastIndexOf(':');
        return colon > 0 && !File.Exists(input) && long.TryParse(input.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var line)
            ? (input[..colon], line)
            : (input, null);
    }
}
