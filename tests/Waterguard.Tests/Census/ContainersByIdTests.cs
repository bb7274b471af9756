using System.Diagnostics;
using Waterguard.Detection.Census;
using Xunit;

namespace Waterguard.Tests.Census;

/// <summary>An id stands for itself, for its longer forms and for its shorter ones, whatever ids somebody has chosen.</summary>
public sealed class ContainersByIdTests
{
    [Fact]
    public void A_short_id_and_a_whole_one_are_one_container()
    {
        var records = Of(("0123456789ab", "hull-1"), ("0123456789abcdef", "hull-1"), ("0123456789abcdef0123", "hull-2"), ("0123456789ac", "hull-1"), ("short", "hull-1"), ("Not-Hexadecimal", ""));
        Assert.Equal(["0123456789ab", "0123456789abcdef", "0123456789abcdef0123"], Ids(records, "0123456789ab"));
        Assert.Equal(["0123456789ab", "0123456789abcdef", "0123456789abcdef0123"], Ids(records, "0123456789abcdef"));
        Assert.Equal(["0123456789ab"], Ids(records, "0123456789ab0000"));
        Assert.Equal(["0123456789ac"], Ids(records, "0123456789ac"));
        Assert.Equal(["short"], Ids(records, "short"));
        Assert.Equal(["Not-Hexadecimal"], Ids(records, "Not-Hexadecimal"));
        Assert.Empty(Ids(records, "Not-Hexadecima"));
        Assert.Empty(Ids(records, ""));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void What_is_found_is_what_a_look_at_all_of_them_finds(int seed)
    {
        var chance = new Random(seed);
        string Id() => "000000000000" + new string([.. Enumerable.Range(0, chance.Next(0, 5)).Select(_ => "01z"[chance.Next(20) / 9])]);
        var records = new ContainersById();
        var all = new HashSet<ContainerRecord>(ReferenceEqualityComparer.Instance);
        for (var i = 0; i < 60; i++)
        {
            all.Add(records.Of(Id(), $"hull-{chance.Next(2)}", out _));
            if (i % 7 == 0)
            {
                var gone = all.First();
                all.Remove(gone);
                records.Remove(gone);
            }

            Assert.Equal(all.Count, records.Count);
            var id = Id();
            Assert.Equal(all.Where(r => Fits(r.Id, id)).Order(ContainerRecord.Order).Select(r => (r.Id, r.Host)), records.Find(id).Select(r => (r.Id, r.Host)));
        }
    }

    [Fact]
    public void Tens_of_thousands_of_containers_with_one_shortened_form_are_told_apart_in_seconds_and_what_is_left_out_is_counted()
    {
        var begun = Stopwatch.GetTimestamp();
        var records = new ContainersById();
        for (var i = 0; i < 50_000; i++)
        {
            records.Of($"{i:x64}", "hull-1", out _);
            Assert.Single(records.Find($"{i:x64}"));
        }

        Assert.Equal(0, records.LeftOut);
        Assert.InRange(Stopwatch.GetElapsedTime(begun).TotalSeconds, 0, 20); // each one compared with each: minutes
        Assert.Equal(Enumerable.Range(0, ContainersById.MostOfOne).Select(i => $"{i:x64}"), Ids(records, "000000000000"));
        Assert.Equal(1, records.LeftOut);
    }

    private static ContainersById Of(params ReadOnlySpan<(string Id, string Host)> containers)
    {
        var records = new ContainersById();
        foreach (var (id, host) in containers) records.Of(id, host, out _);
        return records;
    }

    private static IEnumerable<string> Ids(ContainersById records, string id) => records.Find(id).Select(r => r.Id);

    private static bool Fits(string one, string other) =>
        one == other || (IsHex(one) && IsHex(other) && (one.StartsWith(other, StringComparison.Ordinal) || other.StartsWith(one, StringComparison.Ordinal)));

    private static bool IsHex(string text) => text.All(char.IsAsciiHexDigitLower);
}
