using System.Text;
using System.Text.Json;
using Waterguard.Events.Fields;
using Xunit;

namespace Waterguard.Tests.Events;

/// <summary>The reader against System.Text.Json: whatever that accepts as an object, ours accepts with the same values.</summary>
public sealed class EventReaderPropertyTests
{
    private const int Deep = 2000;
    private static readonly PathSegment[][] Paths = [.. JsonMaker.Paths.Select(p => FieldPath.Parse(p).Segments.ToArray())];

    [Theory]
    [InlineData(1, 4)]
    [InlineData(2, 8)]
    [InlineData(3, 30)]
    public void Every_path_gives_what_a_plain_walk_finds(int seed, int depth)
    {
        var maker = new JsonMaker(new Random(seed));
        for (var i = 0; i < 2000; i++)
        {
            var json = maker.Object(depth);
            Assert.True(AssertNoLessThanTheirs(Encoding.UTF8.GetBytes(json)), json);
        }
    }

    [Fact]
    public void Broken_records_end_in_a_flaw_inside_them_or_are_read_as_theirs_reads_them()
    {
        var random = new Random(4);
        var maker = new JsonMaker(random);
        var (accepted, refused) = (0, 0);
        for (var i = 0; i < 8000; i++)
        {
            var json = Encoding.UTF8.GetBytes(maker.Object(5));
            for (var flips = random.Next(1, 4); flips > 0 && json.Length > 0; flips--)
            {
                if (random.Next(3) == 0) json = json[..random.Next(json.Length)];
                else json[random.Next(json.Length)] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)"{}[]\",:\\ 0tn"[random.Next(12)];
            }

            if (AssertNoLessThanTheirs(json)) accepted++;
            else refused++;
        }

        Assert.True(accepted > 500 && refused > 500, $"{accepted} {refused}");
    }

    [Theory]
    [InlineData(100)]
    [InlineData(1000)]
    public void Depth_below_a_key_that_nobody_needs_costs_nothing_and_hides_nothing(int depth)
    {
        var nested = new StringBuilder().Insert(0, "{\"z\":[", depth / 2).Append('1').Insert(depth / 2 * 6 + 1, "]}", depth / 2);

        Assert.True(AssertNoLessThanTheirs(Encoding.UTF8.GetBytes($"{{\"z\":{nested},\"a\":\"found\"}}")));
    }

    // True when ours accepts.
    private static bool AssertNoLessThanTheirs(byte[] json)
    {
        var found = Extraction.Read(json, JsonMaker.Paths, out var flaw, out var fields);
        if (flaw is not null) Assert.InRange(flaw.Offset, 0, json.Length);
        using var theirs = Theirs(json);
        if (theirs is null || theirs.RootElement.ValueKind != JsonValueKind.Object) return flaw is null;
        Assert.True(flaw is null, $"{flaw} in {Encoding.UTF8.GetString(json)}");
        for (var i = 0; i < Paths.Length && !fields.DepthCapped; i++)
        {
            var expected = Extraction.Walk(theirs.RootElement, Paths[i]);
            if (expected.Any(e => e.EndsWith(Extraction.Unreadable, StringComparison.Ordinal))) Assert.True(expected.Count <= found[i].Count);
            else if (!HasUnreadableKey(theirs.RootElement)) Assert.Equal(expected, found[i]);
        }

        return true;
    }

    private static bool HasUnreadableKey(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().Any(p => !Readable(p) || HasUnreadableKey(p.Value)),
        JsonValueKind.Array => element.EnumerateArray().Any(HasUnreadableKey),
        _ => false,
    };

    private static bool Readable(JsonProperty property)
    {
        try
        {
            return property.Name is not null;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static JsonDocument? Theirs(byte[] json)
    {
        try
        {
            return JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = Deep });
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
