using System.Text.Json;

namespace Waterguard.Tests.Sources.Expected;

/// <summary>A raw record, and what somebody else's parser makes of it: values by path, arrays left out of the paths.</summary>
internal sealed record ExpectedRecord(string Name, byte[] Raw, IReadOnlyDictionary<string, string[]> Fields)
{
    public static ExpectedRecord Of(string name, string raw, IEnumerable<JsonElement> parsed)
    {
        var found = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        foreach (var element in parsed) Add(found, "", element);
        return new ExpectedRecord(name, System.Text.Encoding.UTF8.GetBytes(raw), found.ToDictionary(f => f.Key, f => f.Value.ToArray(), StringComparer.Ordinal));
    }

    private static void Add(SortedDictionary<string, SortedSet<string>> found, string path, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject()) Add(found, path.Length == 0 ? member.Name : $"{path}.{member.Name}", member.Value);
                break;
            case JsonValueKind.Array:
                foreach (var element in value.EnumerateArray()) Add(found, path, element);
                break;
            case JsonValueKind.Null:
                break;
            default:
                if (!found.TryGetValue(path, out var values)) found[path] = values = new SortedSet<string>(StringComparer.Ordinal);
                values.Add(value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText());
                break;
        }
    }
}
