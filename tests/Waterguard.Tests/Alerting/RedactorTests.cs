using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Waterguard.Alerting;
using Waterguard.Alerting.Output;
using Xunit;

namespace Waterguard.Tests.Alerting;

/// <summary>Canary secrets in every place where records hold secrets: none may leave, and equal ones must still show as equal.</summary>
public sealed partial class RedactorTests
{
    /// <summary>What is written for a secret in these tests.</summary>
    internal const string Canary = "c4narySecret";

    public static TheoryData<string> Places =>
        [.. File.ReadLines(Repository.PathOf("tests", "Waterguard.Tests", "Alerting", "Cases", "secret-places.txt")).Where(l => l.Length > 0 && l[0] != '#')];

    [Theory]
    [MemberData(nameof(Places))]
    public void A_secret_never_leaves_and_a_hash_stands_for_it(string record)
    {
        var written = Write(record);

        Assert.DoesNotContain(Canary, written, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("sha256:", written, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void Nor_does_it_when_the_record_is_broken(string record)
    {
        foreach (var broken in new[] { record[..^1], record.Replace("{", "{\"x\":01,", StringComparison.Ordinal) })
        {
            Assert.DoesNotContain(Canary, Write(broken), StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public void Equal_secrets_have_equal_hashes_and_others_have_others()
    {
        var written = Write("""{"a":{"password":"CANARY"},"b":["--token=CANARY"],"c":{"password":"other"}}""".Replace("CANARY", Canary, StringComparison.Ordinal));

        var hashes = HashText().Matches(written).Select(m => m.Value).ToArray();
        Assert.Equal(3, hashes.Length);
        Assert.Equal(hashes[0], hashes[1]);
        Assert.NotEqual(hashes[0], hashes[2]);
    }

    [Theory]
    [InlineData("""{"verb":"create","objectRef":{"resource":"secrets","name":"tide-token"},"n":12345678901234567890.50,"e":1e3,"t":true,"z":null,"a":[],"o":{}}""")]
    [InlineData("""{"resource":"tokenreviews","automountServiceAccountToken":false,"secretName":"tide","command":["sh","-c","id"],"token":null}""")]
    [InlineData("""{"a":"no {json} here","b":"[not json","c":"{\"d\":1}"}""")]
    public void What_is_no_secret_is_written_as_it_came(string record) => Assert.Equal(record, Write(record));

    [Theory]
    [InlineData("""{"\ud800":"x","a":"\udc00"}""")]
    [InlineData("""{"a":"\ud800","name":"\ud800","value":"y"}""")]
    [InlineData("not json at all \u0001")]
    [InlineData("")]
    public void Text_that_is_no_text_does_not_stop_it(string record) => Assert.NotEmpty(Write(record));

    [Fact]
    public void Bytes_that_are_no_text_do_not_stop_it()
    {
        byte[] record = [.. "{\"a"u8, 0xFF, .. "\":\"x"u8, 0xC3, .. "\",\"name\":\"DB_PASSWORD"u8, 0xFF, .. "\",\"value\":\"y\"}"u8];

        Assert.Contains("x", Write(record), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("token")]
    [InlineData("-")]
    [InlineData("--token ")]
    [InlineData("://")]
    [InlineData("password=")]
    [InlineData("a.")]
    [InlineData("\\\"")]
    public void Long_texts_made_to_be_slow_are_not(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, 900_000 / piece.Length));
        var watch = System.Diagnostics.Stopwatch.StartNew();

        Assert.NotEmpty(Redactor.Text(text));
        Assert.InRange(watch.ElapsedMilliseconds, 0, 5000);
    }

    [Fact]
    public void Deep_records_are_written()
    {
        var record = string.Concat(Enumerable.Repeat("{\"a\":", 1000)) + "1" + new string('}', 1000);

        Assert.Equal(record, Write(record));
    }

    private static string Write(string record) => Write(Encoding.UTF8.GetBytes(record));

    private static string Write(byte[] record)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, AlertJson.Options)) Redactor.Write(record, writer);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    [GeneratedRegex("sha256:[0-9a-f]+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex HashText();
}
