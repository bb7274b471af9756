using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Waterguard.Emulation.Scenarios;

/// <summary>A way to a value inside a record: <c>spec.containers[0].image</c>; a key with dots is quoted: <c>annotations."a.b/c"</c>.</summary>
public sealed class RecordPath
{
    private const int MaxIndex = 1_000;

    private readonly ImmutableArray<object> _segments;

    private RecordPath(string text, ImmutableArray<object> segments)
    {
        Text = text;
        _segments = segments;
    }

    /// <summary>As it is written.</summary>
    public string Text { get; }

    /// <summary>Reads a path; null where it is none.</summary>
    public static RecordPath? TryParse(string text)
    {
        var segments = ImmutableArray.CreateBuilder<object>();
        for (var at = 0; at < text.Length;)
        {
            int end;
            if (text[at] == '"')
            {
                end = text.IndexOf('"', at + 1);
                if (end <= at + 1) return null;
                segments.Add(text[(at + 1)..end++]);
            }
            else if (text[at] == '[')
            {
                end = text.IndexOf(']', at);
                if (segments.Count == 0 || end < 0 || !int.TryParse(text.AsSpan(at + 1, end - at - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index) || index > MaxIndex) return null;
                segments.Add(index);
                end++;
            }
            else
            {
                end = text.AsSpan(at).IndexOfAny('.', '[', '"') is var next and >= 0 ? at + next : text.Length;
                if (end == at) return null;
                segments.Add(text[at..end]);
            }

            if (end < text.Length && text[end] == '.' && ++end == text.Length) return null;
            at = end;
        }

        return segments.Count == 0 || segments[0] is int ? null : new RecordPath(text, segments.ToImmutable());
    }

    /// <summary>Sets the value, making the objects on the way that are not there. False where the way leads through something that has no parts.</summary>
    public bool Set(JsonNode record, JsonNode? value)
    {
        var at = record;
        for (var i = 0; i < _segments.Length - 1; i++)
        {
            var below = Get(at, _segments[i]);
            if (below is null)
            {
                below = _segments[i + 1] is int ? new JsonArray() : new JsonObject();
                if (!Put(at, _segments[i], below)) return false;
            }

            at = below;
        }

        return Put(at, _segments[^1], value?.DeepClone());
    }

    /// <summary>Removes the value. False where it is not there.</summary>
    public bool Remove(JsonNode record)
    {
        var at = record;
        for (var i = 0; i < _segments.Length - 1; i++)
        {
            if (Get(at, _segments[i]) is not { } below) return false;
            at = below;
        }

        switch (at, _segments[^1])
        {
            case (JsonObject o, string key): return o.Remove(key);
            case (JsonArray list, int index) when index < list.Count:
                list.RemoveAt(index);
                return true;
            default: return false;
        }
    }

    private static JsonNode? Get(JsonNode at, object segment) => (at, segment) switch
    {
        (JsonObject o, string key) => o[key],
        (JsonArray list, int index) when index < list.Count => list[index],
        _ => null,
    };

    private static bool Put(JsonNode at, object segment, JsonNode? value)
    {
        switch (at, segment)
        {
            case (JsonObject o, string key):
                o[key] = value;
                return true;
            case (JsonArray list, int index) when index < list.Count:
                list[index] = value;
                return true;
            case (JsonArray list, int index) when index == list.Count:
                list.Add(value);
                return true;
            default: return false;
        }
    }
}
