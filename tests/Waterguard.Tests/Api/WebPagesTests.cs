using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Waterguard.Api.Pages;
using Waterguard.Api.Routing;
using Xunit;

namespace Waterguard.Tests.Api;

/// <summary>The web interface as the tool carries it.</summary>
public sealed partial class WebPagesTests
{
    private static string Web => Repository.PathOf("src", "Waterguard.Web");

    [Fact]
    public void The_built_files_are_of_what_the_interface_is_now()
    {
        var stamp = File.ReadAllLines(Repository.PathOf("src", "Waterguard", "wwwroot", "inputs.sha256")).Select(l => l.Split("  ", 2)).ToDictionary(p => p[1], p => p[0], StringComparer.Ordinal);
        var inputs = Directory.EnumerateFiles(Web, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Web, f).Replace('\\', '/')).Where(f => !f.StartsWith("node_modules/", StringComparison.Ordinal) && !f.StartsWith("tests/", StringComparison.Ordinal));
        var now = inputs.ToDictionary(f => f, f => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(Web, f)))), StringComparer.Ordinal);
        var changed = now.Where(n => stamp.GetValueOrDefault(n.Key) != n.Value).Select(n => n.Key).Concat(stamp.Keys.Except(now.Keys)).Order(StringComparer.Ordinal).ToArray();
        Assert.True(changed.Length == 0, $"Run scripts/build-web.sh: the built files are older than {string.Join(", ", changed)}.");
    }

    [Fact]
    public void Whatever_the_page_and_its_scripts_load_is_there_and_the_shell_is_small()
    {
        var index = Encoding.UTF8.GetString(WebPages.Files["index.html"].Bytes);
        var loaded = ReferencePattern().Matches(index).Select(m => m.Groups["path"].Value).ToArray();
        Assert.Contains(loaded, l => l.EndsWith(".css", StringComparison.Ordinal));
        Assert.All(loaded, l => Assert.True(WebPages.Files.ContainsKey(l), l));
        Assert.DoesNotContain("<style", index, StringComparison.Ordinal);
        Assert.DoesNotMatch("<script>|<script [^>]*>[^<]| style=| on[a-z]+=", index);
        var size = loaded.Sum(l => WebPages.Files[l].As("gzip").Bytes.Length);
        Assert.InRange(size, 20_000, 300_000);
        foreach (var script in WebPages.Files.Where(f => f.Key.EndsWith(".js", StringComparison.Ordinal)))
            Assert.All(ImportPattern().Matches(Encoding.UTF8.GetString(script.Value.Bytes)).Select(m => "assets/" + m.Groups["name"].Value), i => Assert.True(WebPages.Files.ContainsKey(i), $"{script.Key} imports {i}"));
    }

    [Fact]
    public async Task A_page_is_the_one_page_and_is_asked_for_anew_each_time()
    {
        await using var host = await ApiHost.StartAsync();
        using var page = await host.Client.GetAsync(new Uri("/incidents/abc?x=1", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.OK, "text/html", "no-cache"), (page.StatusCode, page.Content.Headers.ContentType!.MediaType, page.Headers.CacheControl!.ToString()));
        Assert.Equal(Hardening.ContentPolicy, page.Headers.GetValues("Content-Security-Policy").Single());
        using var again = new HttpRequestMessage(HttpMethod.Get, "/");
        again.Headers.IfNoneMatch.Add(page.Headers.ETag!);
        using var same = await host.Client.SendAsync(again, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
    }

    [Fact]
    public void The_licence_of_every_package_within_is_told_with_its_version()
    {
        var told = Encoding.UTF8.GetString(WebPages.Files["licences.txt"].Bytes);
        var packages = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(Path.Combine(Web, "package-lock.json")))!["packages"]!.AsObject();
        // What is needed to build is not within; types are no code.
        var within = packages.Where(p => p.Key.StartsWith("node_modules/", StringComparison.Ordinal) && p.Value!["dev"] is null && p.Value["optional"] is null && p.Value["peer"] is null && !p.Key.StartsWith("node_modules/@types/", StringComparison.Ordinal) && p.Key != "node_modules/csstype").Select(p => $"\n{p.Key["node_modules/".Length..]} {p.Value!["version"]}\n").ToArray();
        Assert.Contains(within, p => p.StartsWith("\nreact ", StringComparison.Ordinal));
        Assert.All(within, p => Assert.Contains(p, told, StringComparison.Ordinal));
    }

    [Fact]
    public void The_server_and_the_interface_know_the_same_pages()
    {
        var routed = PagePattern().Matches(File.ReadAllText(Path.Combine(Web, "src", "app", "App.tsx"))).Select(m => m.Groups["first"].Value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        Assert.Equal(WebPages.Pages.Order(StringComparer.Ordinal), routed);
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip, br;q=0")]
    [InlineData("identity")]
    public async Task An_asset_is_packed_as_the_browser_takes_it_and_may_be_kept_for_good(string accepted)
    {
        var name = WebPages.Files.Keys.First(k => k.StartsWith("assets/index", StringComparison.Ordinal));
        await using var host = await ApiHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/" + name);
        request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
        using var response = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var packed = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        var encoding = response.Content.Headers.ContentEncoding.SingleOrDefault();
        using var plain = new MemoryStream();
        await using (var unpacking = encoding switch { "br" => new BrotliStream(packed, CompressionMode.Decompress), "gzip" => new GZipStream(packed, CompressionMode.Decompress), _ => packed }) await unpacking.CopyToAsync(plain, TestContext.Current.CancellationToken);
        Assert.Equal(accepted switch { "br" => "br", "identity" => null, _ => "gzip" }, encoding);
        Assert.Equal(WebPages.Files[name].Bytes, plain.ToArray());
        Assert.Contains("immutable", response.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/assets/none.js", 404)]
    [InlineData("GET", "/wp-login.php", 404)]
    [InlineData("GET", "/etc/passwd", 404)]
    [InlineData("GET", "/api", 404)]
    [InlineData("GET", "/API/v2/anything", 404)]
    [InlineData("GET", "/api/v1/setup", 405)]
    [InlineData("POST", "/incidents", 404)]
    [InlineData("GET", "/inputs.sha256", 404)]
    [InlineData("HEAD", "/", 200)]
    public async Task What_is_no_page_is_not_taken_for_one(string method, string path, int status)
    {
        await using var host = await ApiHost.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(status, (int)response.StatusCode);
    }

    [GeneratedRegex("\\[\"/(?<first>[a-z]*)(/:[a-z]+)?\", lazy", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PagePattern();

    [GeneratedRegex("(src|href)=\"/(?<path>[^\"]+)\"", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ReferencePattern();

    [GeneratedRegex("(from|import)\\(?[\"`']\\./(?<name>[A-Za-z0-9_.-]+)[\"`']", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex ImportPattern();
}
