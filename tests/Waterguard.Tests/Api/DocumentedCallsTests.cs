using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Waterguard.Api.Access;
using Xunit;

namespace Waterguard.Tests.Api;

/// <summary>The calls that docs/api.md shows are made as they stand there.</summary>
public sealed partial class DocumentedCallsTests
{
    [Fact]
    public async Task Every_curl_of_the_page_about_the_api_works_as_it_is_written()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/curl"), "It needs curl.");
        await using var host = await ApiHost.StartAsync();
        host.AddAlert("a1");
        var calls = CallPattern().Matches(await File.ReadAllTextAsync(Repository.PathOf("docs", "api.md"), TestContext.Current.CancellationToken)).Select(m => m.Value).ToArray();
        Assert.Equal(["setup", "keys", "incidents", "incidents", "events"], calls.Select(c => PathPattern().Match(c).Groups["path"].Value));

        var root = await CurlAsync(host, calls[0], 201);
        Assert.Equal("admin", JsonNode.Parse(root)!["role"]!.GetValue<string>());
        Assert.StartsWith("wg_", JsonNode.Parse(await CurlAsync(host, calls[1], 201))!["key"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Single(JsonNode.Parse(await CurlAsync(host, calls[2], 200))!["items"]!.AsArray());
        var incident = host.Store.Find(new Waterguard.Storage.IncidentQuery()).Single().Id;
        Assert.NotEmpty(JsonNode.Parse(await CurlAsync(host, calls[3].Replace("INCIDENT", incident, StringComparison.Ordinal), host.Server.Routes.Single(r => r is { Method: "POST", Path: "/incidents/{id}/responses" }).Status))!["steps"]!.AsArray());
        Assert.Contains(": listening", await CurlAsync(host, calls[4] + " --max-time 2", 200), StringComparison.Ordinal);
    }

    // What stands for something in the page, and where the service is, are put in; nothing else is changed.
    private static async Task<string> CurlAsync(ApiHost host, string call, int status)
    {
        var text = call.Replace("localhost:8478", host.Address.Authority, StringComparison.Ordinal).Replace("TOKEN", File.Exists(Path.Combine(host.Data, "first-run-token")) ? host.Token : "", StringComparison.Ordinal).Replace("Bearer KEY", "Bearer " + host.KeyOf(Role.Admin), StringComparison.Ordinal);
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(text + " -w '\\n%{http_code}'");
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        var lines = (await output).TrimEnd();
        Assert.True(lines.EndsWith(status.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal), $"{text}: {lines} {await error}");
        return lines[..^3];
    }

    [GeneratedRegex(@"(?<=^    )curl [^\n]*?(?:\\\n[^\n]*)*$", RegexOptions.CultureInvariant | RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CallPattern();

    [GeneratedRegex("/api/v1/(?<path>[a-z]+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PathPattern();
}
