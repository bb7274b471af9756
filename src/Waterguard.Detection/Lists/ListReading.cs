using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Waterguard.Detection.Lists;

/// <summary>What a list file holds.</summary>
/// <param name="Entries">Each once, in the order of the file.</param>
/// <param name="LeftOut">Why something in it is no entry -> how often: expired and revoked indicators, patterns that are more than a value.</param>
/// <param name="Error">Why the file cannot be used at all, and on which line; null when it can.</param>
public sealed record ListReading(ImmutableArray<string> Entries, ImmutableSortedDictionary<string, int> LeftOut, (int Line, string Message)? Error)
{
    /// <summary>Entries of one list at most.</summary>
    public const int MostEntries = 4_000_000;

    /// <summary>Reads a list by its file's name: <c>.txt</c> one entry a line, <c>.csv</c> the first column, <c>.json</c> an array of texts or a STIX 2.1 bundle.</summary>
    /// <param name="now">Indicators that are not valid any more then are left out.</param>
    public static ListReading Of(string name, ReadOnlyMemory<byte> bytes, DateTimeOffset now) => Path.GetExtension(name).ToUpperInvariant() switch
    {
        ".JSON" => Json(bytes, now),
        ".CSV" => Lines(bytes, FirstColumn),
        _ => Lines(bytes, l => l),
    };

    private static ListReading Lines(ReadOnlyMemory<byte> bytes, Func<string, string> entryOf)
    {
        var collected = new Collected();
        using var reader = new StreamReader(new MemoryStream(bytes.ToArray()), Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            var comment = line.IndexOf('#');
            if (comment >= 0) line = line[..comment];
            if (entryOf(line.Trim()).Trim() is { Length: > 0 } entry) collected.Add(entry);
        }

        return collected.Reading();
    }

    // RFC 4180, as far as the first column goes; a heading is an entry that nothing equals.
    private static string FirstColumn(string line)
    {
        if (!line.StartsWith('"')) return line.Split(',')[0];
        var end = 1;
        while (end < line.Length && (line[end] != '"' || (end + 1 < line.Length && line[end + 1] == '"'))) end += line[end] == '"' ? 2 : 1;
        return line[1..Math.Min(end, line.Length)].Replace("\"\"", "\"", StringComparison.Ordinal);
    }

    private static ListReading Json(ReadOnlyMemory<byte> bytes, DateTimeOffset now)
    {
        var collected = new Collected();
        try
        {
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("type", out var type) && type.ValueEquals("bundle")) StixBundle.Read(root, now, collected);
            else if (root.ValueKind == JsonValueKind.Array) Texts(root, collected);
            else return collected.Reading((1, "neither an array of texts nor a STIX bundle"));
        }
        catch (JsonException e)
        {
            return collected.Reading(((int)(e.LineNumber ?? 0) + 1, e.Message.Split(" LineNumber")[0]));
        }
        catch (InvalidOperationException)
        {
            return collected.Reading((1, "a text in it is no UTF-8"));
        }

        return collected.Reading();
    }

    private static void Texts(JsonElement array, Collected collected)
    {
        foreach (var element in array.EnumerateArray())
        {
            if (element.ValueKind == JsonValueKind.String) collected.Add(element.GetString()!);
            else collected.LeaveOut("no text");
        }
    }

    /// <summary>Entries on their way into a list.</summary>
    internal sealed class Collected
    {
        private readonly ImmutableArray<string>.Builder _entries = ImmutableArray.CreateBuilder<string>();
        private readonly HashSet<string> _known = new(StringComparer.Ordinal);
        private readonly SortedDictionary<string, int> _leftOut = new(StringComparer.Ordinal);

        public void Add(string entry)
        {
            if (_entries.Count >= MostEntries) LeaveOut($"beyond {MostEntries} entries");
            else if (entry.Length > 0 && _known.Add(entry)) _entries.Add(entry);
        }

        public void LeaveOut(string why) => _leftOut[why] = _leftOut.GetValueOrDefault(why) + 1;

        public ListReading Reading((int, string)? error = null) => new(_entries.ToImmutable(), _leftOut.ToImmutableSortedDictionary(StringComparer.Ordinal), error);
    }
}
