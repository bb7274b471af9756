using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Waterguard.Tests.Alerting;
using Xunit;

namespace Waterguard.Tests.CommandLine;

/// <summary>The whole tool, from bytes to exit code.</summary>
public sealed class ScanTests
{
    private static readonly string Samples = Repository.PathOf("samples");
    private static readonly string Privileged = Repository.PathOf("tests", "data", "forms", "kubernetes-event.json");

    [Fact]
    public void The_samples_give_alerts_one_json_object_a_line_and_a_summary_on_standard_error()
    {
        var result = Tool.Run("scan", Samples);

        Assert.Equal(0, result.Code);
        Assert.NotEmpty(result.Lines);
        Assert.All(result.Lines, line => Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(line).RootElement.ValueKind));
        Assert.Contains(" malformed, ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Threads_and_the_order_of_files_change_no_byte_of_the_output()
    {
        using var folder = Repository.Folder();
        string[] files = [Path.Combine(Samples, "kubernetes-audit.ndjson"), Path.Combine(Samples, "docker-events.ndjson"), .. Directory.EnumerateFiles(Repository.PathOf("tests", "data", "forms"), "*.json").Order(StringComparer.Ordinal)];
        var one = Tool.Run(["scan", "--jobs", "1", "--min-level", "informational", "-o", "json", .. files]);
        var four = Tool.Run(["scan", "--jobs", "4", "--min-level", "informational", "-o", "json", .. files]);
        var reversed = Tool.Run(["scan", "--jobs", "2", "--min-level", "informational", "-o", "json", .. files.Reverse()]);

        Assert.NotEmpty(one.Output);
        Assert.Equal(one.Output, four.Output);
        Assert.Equal(one.Output, reversed.Output);
        Assert.Equal(one.Error, four.Error);
    }

    [Theory]
    [InlineData("high", 1)]
    [InlineData("low", 1)]
    [InlineData("critical", 0)]
    public void Fail_on_ends_with_one_when_an_alert_of_that_level_is_there(string level, int code)
    {
        using var folder = Repository.Folder();
        var rule = folder.Write("rule.yml", Rule("high"));

        Assert.Equal(code, Tool.Run("scan", "--no-builtin", "--rules", rule, "--fail-on", level, Privileged).Code);
    }

    [Theory]
    [InlineData("low", "low", 1)]
    [InlineData("low", "medium", 0)]
    [InlineData("informational", "low", 0)]
    [InlineData("informational", "informational", 1)]
    public void Alerts_below_the_least_level_are_left_out(string level, string least, int alerts)
    {
        using var folder = Repository.Folder();
        var rule = folder.Write("rule.yml", Rule(level));

        Assert.Equal(alerts, Tool.Run("scan", "--no-builtin", "--rules", rule, "--min-level", least, Privileged).Lines.Length);
    }

    [Theory]
    [InlineData("scan")]
    [InlineData("scan", "--no-such-option", ".")]
    [InlineData("scan", "no-such-file")]
    [InlineData("scan", "--jobs", "0", ".")]
    [InlineData("scan", "--source", "no.such", ".")]
    [InlineData("scan", "--label", "nothing", ".")]
    [InlineData("scan", "--min-level", "urgent", ".")]
    [InlineData("scan", "-o", "xml", ".")]
    [InlineData("scan", "--rules", "no-such-folder", ".")]
    [InlineData("scan", "--content", "no-such-folder", ".")]
    [InlineData("rules", "check", "no-such-file")]
    [InlineData("no-such-command")]
    public void Wrong_usage_ends_with_two_and_says_why_in_one_line(params string[] arguments)
    {
        var result = Tool.Run(arguments);

        Assert.Equal(2, result.Code);
        Assert.StartsWith("waterguard: ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Malformed_and_unrecognised_records_are_told_with_file_line_and_byte_and_the_rest_is_scanned()
    {
        using var folder = Repository.Folder();
        var good = File.ReadAllText(Privileged).Trim();
        var file = folder.Write("log.ndjson", $"{good}\n{{\"kind\":\n\n{{\"n\":1}}\n{good.Replace("tile-warmer", "tile-two", StringComparison.Ordinal).Replace("b5f0", "b5f1", StringComparison.Ordinal)}\n");
        var stats = Path.Combine(folder.Path, "stats.json");

        var result = Tool.Run("scan", "--stats", stats, "--no-builtin", "--rules", folder.Write("rule.yml", Rule("high")), file);

        Assert.Equal(0, result.Code);
        Assert.Equal(2, result.Lines.Length);
        var second = Encoding.UTF8.GetByteCount(good) + 1;
        Assert.Contains($"{file}:2: byte {second + 8}: a value was expected", result.Error, StringComparison.Ordinal);
        Assert.Contains($"{file}:4: byte {second + 10}: no source recognises the record", result.Error, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(File.ReadAllText(stats));
        var root = document.RootElement;
        Assert.Equal((2, 1, 1, 2), (root.GetProperty("events").GetInt32(), root.GetProperty("malformed").GetInt32(), root.GetProperty("unrecognised").GetInt32(), root.GetProperty("alerts").GetInt32()));
        Assert.Equal(new FileInfo(file).Length, root.GetProperty("bytes").GetInt64());
        foreach (var key in new[] { "load_seconds", "run_seconds", "peak_rss_bytes" }) Assert.True(root.GetProperty(key).GetDouble() > 0, key);
    }

    [Fact]
    public void Standard_input_and_gzip_are_read_like_a_file()
    {
        using var folder = Repository.Folder();
        var bytes = File.ReadAllBytes(Privileged);
        using var zipped = new MemoryStream();
        using (var zip = new GZipStream(zipped, CompressionLevel.Fastest, leaveOpen: true)) zip.Write(bytes);
        string[] arguments = ["scan", "--no-builtin", "--rules", folder.Write("rule.yml", Rule("high"))];

        var plain = Tool.Run(bytes, null, [.. arguments, "-"]);
        var packed = Tool.Run(zipped.ToArray(), null, [.. arguments, "-"]);
        var file = Tool.Run([.. arguments, folder.Write("a.json.gz", zipped.ToArray())]);

        Assert.Single(plain.Lines);
        Assert.Equal(plain.Output, packed.Output);
        Assert.Equal(JsonDocument.Parse(plain.Output).RootElement.GetProperty("id").GetString(), JsonDocument.Parse(file.Output).RootElement.GetProperty("id").GetString());
    }

    [Fact]
    public void An_empty_input_is_no_error()
    {
        var result = Tool.Run([], null, "scan", "-");

        Assert.Equal((0, ""), (result.Code, result.Output));
    }

    [Fact]
    public void Colours_are_left_out_when_nobody_wants_them()
    {
        var result = Tool.Run(null, new Dictionary<string, string>(StringComparer.Ordinal) { ["NO_COLOR"] = "1" }, "scan", "-o", "table", Samples);

        Assert.Equal(0, result.Code);
        Assert.DoesNotContain('\u001b', result.Output + result.Error);
    }

    [Fact]
    public void The_documented_docker_command_alerts_at_high()
    {
        var result = Tool.Run("scan", "--fail-on", "high", Repository.PathOf("tests", "data", "docker", "evasive-container.ndjson"));

        Assert.Equal(1, result.Code);
        Assert.Contains(result.Lines, l => l.Contains("\"level\":\"high\"", StringComparison.Ordinal));
    }

    [Fact]
    public void Privileged_pods_and_commands_asked_for_with_get_alert_in_the_public_kubernetes_corpus()
    {
        var result = Tool.Run("scan", Repository.Corpus("kubernetes-v1.36", "attack", "audit.ndjson.gz"));

        Assert.Equal(0, result.Code);
        Assert.Contains(result.Lines, l => l.Contains("\"privileged\":true", StringComparison.Ordinal));
        Assert.Contains(result.Lines, l => l.Contains("/exec?", StringComparison.Ordinal) && l.Contains("\"verb\":\"get\"", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("json")]
    [InlineData("ocsf")]
    [InlineData("table")]
    public void No_output_shows_a_secret(string format)
    {
        using var folder = Repository.Folder();
        var rule = folder.Write("rule.yml", "title: All\nlevel: high\nlogsource: {product: test}\ndetection: {s: {verb: create}, condition: s}\nfields: [message, url, password]\n"
            + "waterguard: {reason: 'Someone said {message} at {url} in {args} with {env}'}\n");
        var canary = RedactorTests.Canary;
        var records = RedactorTests.Places.Select(p => "{\"verb\":\"create\"," + p.Data[1..])
            .Append($$"""{"verb":"create","message":"password={{canary}}","url":"https://x/?token={{canary}}","args":["--password={{canary}}"],"env":"DB_PASSWORD={{canary}}"}""");
        var input = folder.Write("in.ndjson", string.Join('\n', records));

        var result = Tool.Run("scan", "--no-builtin", "--source", "json", "--rules", rule, "-o", format, "--stats", Path.Combine(folder.Path, "stats.json"), input);

        Assert.Equal(0, result.Code);
        Assert.Contains(format == "table" ? "All" : "sha256:", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(canary, result.Output + result.Error + File.ReadAllText(Path.Combine(folder.Path, "stats.json")), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Hostile_text_does_not_stop_an_alert_from_being_written()
    {
        using var folder = Repository.Folder();
        var rule = folder.Write("rule.yml", "title: All\nlevel: high\nlogsource: {product: test}\ndetection: {s: {verb: create}, condition: s}\nwaterguard: {reason: 'It was {user.name}'}\n");
        byte[] input = [.. "{\"verb\":\"create\",\"\\ud800\":\"\\udc00\",\"user.name\":\"\\u001b[31m\\ud800"u8, 0xFF, .. "\"}\n"u8];

        foreach (var format in new[] { "json", "ocsf", "table" })
        {
            var result = Tool.Run(input, null, "scan", "--no-builtin", "--source", "json", "--rules", rule, "-o", format, "-");

            Assert.Equal(0, result.Code);
            Assert.DoesNotContain("\u001b[31m\uFFFD", result.Output, StringComparison.Ordinal);
            Assert.Contains("It was", result.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_table_of_comma_separated_values_is_scanned()
    {
        using var folder = Repository.Folder();
        var rule = folder.Write("rule.yml", "title: All\nlevel: high\nlogsource: {product: test}\ndetection: {s: {verb: create, 'n|gt': 5}, condition: s}\n");
        var input = folder.Write("in.csv", "time,verb,n\n2026-11-02T08:00:00Z,create,5\n2026-11-02T08:00:00Z,create,60\n");

        var alert = Assert.Single(Tool.Run("scan", "--no-builtin", "--source", "json", "--rules", rule, input).Lines);

        var evidence = JsonDocument.Parse(alert).RootElement.GetProperty("events")[0];
        Assert.Equal((3, "60"), (evidence.GetProperty("line").GetInt32(), evidence.GetProperty("raw").GetProperty("n").GetString()));
    }

    private static string Rule(string level) =>
        $"title: Some\nlevel: {level}\nlogsource: {{product: kubernetes, service: audit}}\ndetection: {{s: {{objectRef.resource: pods}}, condition: s}}\n";
}
