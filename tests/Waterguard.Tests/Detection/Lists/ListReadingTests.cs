using System.Diagnostics;
using System.Globalization;
using System.Text;
using Waterguard.Detection.Lists;
using Xunit;

namespace Waterguard.Tests.Detection.Lists;

public sealed class ListReadingTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("[ipv4-addr:value = '203.0.113.7']", "203.0.113.7")]
    [InlineData("[ipv4-addr:value ISSUBSET '198.51.100.0/24']", "198.51.100.0/24")]
    [InlineData("[domain-name:value = 'a.example' OR domain-name:value = 'b.example']", "a.example b.example")]
    [InlineData("[domain-name:value IN ('a.example', 'b.example')]", "a.example b.example")]
    [InlineData("[url:value = 'http://h/a?b=\\'c\\''] OR [ipv6-addr:value = '2001:db8::1']", "http://h/a?b='c' 2001:db8::1")]
    [InlineData("[file:hashes.'SHA-256' = 'ab12']", "ab12")]
    [InlineData("[file:hashes[ 'MD5' ] = 'ab12']", "ab12")]
    [InlineData("[file:hashes.MD5='ab12']", "ab12")]
    public void An_indicator_that_says_one_of_these_values_gives_them(string pattern, string entries)
    {
        var reading = Read("c2.json", Bundle(Indicator(pattern)));
        Assert.Null(reading.Error);
        Assert.Empty(reading.LeftOut);
        Assert.Equal(entries, string.Join(' ', reading.Entries));
    }

    [Theory]
    [InlineData("[ipv4-addr:value = '203.0.113.7' AND network-traffic:dst_port = 443]")]
    [InlineData("[ipv4-addr:value != '203.0.113.7']")]
    [InlineData("[NOT domain-name:value = 'a.example']")]
    [InlineData("[domain-name:value LIKE '%.example']")]
    [InlineData("[domain-name:value = 'a.example'] FOLLOWEDBY [domain-name:value = 'b.example']")]
    [InlineData("[domain-name:value = 'a.example'] WITHIN 60 SECONDS")]
    [InlineData("[domain-name:value = 'a.example'")]
    [InlineData("[network-traffic:dst_port = '443']")]
    [InlineData("[domain-name:value = 'a.example]")]
    [InlineData("")]
    public void A_pattern_that_says_more_or_nothing_is_left_out_and_counted(string pattern)
    {
        var reading = Read("c2.json", Bundle(Indicator(pattern)));
        Assert.Empty(reading.Entries);
        Assert.Equal("pattern that is more than a value", Assert.Single(reading.LeftOut).Key);
    }

    [Fact]
    public void Revoked_and_expired_indicators_are_left_out_and_bare_observables_are_taken()
    {
        var reading = Read("c2.json", Bundle(
            Indicator("[domain-name:value = 'old.example']", ",\"valid_until\":\"2025-01-01T00:00:00Z\""),
            Indicator("[domain-name:value = 'gone.example']", ",\"revoked\":true"),
            Indicator("alert tcp any", pattern: "snort"),
            "{\"type\":\"ipv4-addr\",\"id\":\"ipv4-addr--1\",\"value\":\"203.0.113.9\"}",
            "{\"type\":\"file\",\"hashes\":{\"SHA-1\":\"cd34\"}}",
            "{\"type\":\"relationship\"}", "7"));
        Assert.Equal(["203.0.113.9", "cd34"], reading.Entries);
        Assert.Equal(["no STIX object", "no longer valid", "pattern in snort", "revoked"], reading.LeftOut.Keys);
    }

    [Fact]
    public void Text_CSV_and_JSON_lists_are_read_each_their_way()
    {
        Assert.Equal(["10.0.0.0/8", "a.example"], Read("x.txt", "# ours\n10.0.0.0/8 # inside\n\na.example\r\na.example\n").Entries);
        Assert.Equal(["name", "a \"b\",c", "d"], Read("x.csv", "name,why\n\"a \"\"b\"\",c\",because\nd\n").Entries);
        Assert.Equal(["a", "b"], Read("x.json", "[\"a\", \"b\", 3]").Entries);
    }

    [Fact]
    public void JSON_that_is_none_is_an_error_with_its_line()
    {
        Assert.Equal(2, Read("x.json", "[\"a\",\n oops]").Error!.Value.Line);
        Assert.NotNull(Read("x.json", "{\"type\":\"indicator\"}").Error);
    }

    [Fact]
    public void A_million_entries_are_looked_up_as_fast_as_a_thousand()
    {
        var (small, large) = (Entries(1_000), Entries(1_000_000));
        Assert.Equal(1_000_000, large.Entries);
        Assert.True(large.Contains("203.7.77.1"u8));
        Assert.True(large.Contains("x.host77.example"u8));
        Assert.True(large.Contains("2001:db8:4d::1"u8));
        Assert.False(large.Contains("192.0.2.1"u8));
        Assert.False(large.Contains("host.example"u8));
        var ratio = Enumerable.Range(0, 5).Min(_ => Time(large) / Time(small));
        Assert.InRange(ratio, 0, 20); // memory that is not in the cache costs; a walk over all would cost a thousand times as much
    }

    [Fact]
    public void Whatever_the_bytes_reading_ends_with_entries_or_words()
    {
        var random = new Random(3);
        var seed = Encoding.UTF8.GetBytes(Bundle(Indicator("[file:hashes.'SHA-256' = 'ab12' OR domain-name:value IN ('a', 'b')]"), Indicator("[url:value = 'x\\\\']")));
        for (var round = 0; round < 5000; round++)
        {
            var bytes = seed.ToArray();
            for (var i = random.Next(4); i >= 0; i--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            ListReading.Of("x.json", bytes, Now);
            ListReading.Of("x.csv", bytes, Now);
        }
    }

    private static double Time(ValueList list)
    {
        var watch = Stopwatch.StartNew();
        var found = 0;
        for (var i = 0; i < 20_000; i++)
        {
            if (list.Contains(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"198.51.{i & 255}.{i >> 8}")))) found++;
        }

        Assert.Equal(0, found);
        return watch.Elapsed.TotalMilliseconds;
    }

    // Host 77 is a suffix, network 203.7.77 and 2001:db8:4d (77) are there too.
    private static ValueList Entries(int count) => new(Enumerable.Range(0, count).Select(i => (i % 4) switch
    {
        0 => FormattableString.Invariant($"203.{(i >> 10) & 255}.{(i >> 2) & 255}.0/24"),
        1 => FormattableString.Invariant($".host{i}.example"),
        2 => FormattableString.Invariant($"name{i}.example"),
        _ => FormattableString.Invariant($"2001:db8:{(i >> 2) & 0xFFFF:x}::/48"),
    }));

    private static ListReading Read(string name, string text) => ListReading.Of(name, Encoding.UTF8.GetBytes(text), Now);

    private static string Bundle(params string[] objects) => $"{{\"type\":\"bundle\",\"id\":\"bundle--1\",\"objects\":[{string.Join(',', objects)}]}}";

    private static string Indicator(string text, string more = "", string pattern = "stix") =>
        $"{{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"pattern_type\":\"{pattern}\",\"pattern\":{System.Text.Json.JsonSerializer.Serialize(text)}{more}}}";
}
