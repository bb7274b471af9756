using System.Globalization;
using System.Net;
using System.Text;
using Xunit;

namespace Waterguard.Tests.Service;

/// <summary>A service with one source of JSON records, rules of the test's own, and one HTTP input.</summary>
internal static class LabService
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 2, 12, 0, 0, TimeSpan.Zero);

    /// <summary>The id of the correlation in <see cref="RefusedThrice"/>.</summary>
    public const string RefusedThriceId = "6d2f1b1c-8f6e-4b52-9f5d-0c5cf0e6a012";

    /// <summary>Rules that alert when the same user is refused three times.</summary>
    /// <param name="timespan">Within how long.</param>
    public static string RefusedThrice(string timespan = "5m") => $$$"""
        title: Refused
        id: 6d2f1b1c-8f6e-4b52-9f5d-0c5cf0e6a011
        name: refused
        level: low
        logsource: {product: any}
        detection: {s: {kind: refused}, condition: s}
        ---
        title: Refused again and again
        id: {{{RefusedThriceId}}}
        level: high
        correlation: {type: event_count, rules: [refused], group-by: [user], timespan: {{{timespan}}}, condition: {gte: 3}}
        """;

    /// <summary>Writes content and configuration into a folder.</summary>
    /// <param name="more">Further sections of the configuration.</param>
    /// <param name="lists">A folder of lists.</param>
    /// <param name="lateness">In seconds.</param>
    public static string Configuration(TemporaryFolder folder, string rules, string more = "", string? lists = null, int lateness = 1)
    {
        var file = folder.Write("rules/r.yml", rules);
        folder.Write("content/sources/lab.yml", "name: lab\nlogsources: any\nrecognise: {kind: {exists: true}, at: {exists: true}}\ntime: [at]\nsample: |\n  {\"at\":\"2026-11-02T12:00:00Z\",\"kind\":\"other\"}\n");
        return folder.Write("w.yaml", string.Create(
            CultureInfo.InvariantCulture,
            $"data: '{folder.Path}/data'\nhttp: {{listen: '127.0.0.1:0'}}\ntime: {{lateness: {lateness}s}}\n{more}content: {{builtin: false, folders: ['{folder.Path}/content'], rules: ['{file}']{(lists is null ? "" : $", lists: ['{lists}']")}}}\ninputs:\n  - {{name: in, transport: http, source: lab, key: env:PATH}}\n"));
    }

    /// <summary>A record of some kind, so many seconds after noon.</summary>
    public static string Record(int second, string kind, string user = "ann") => $"{{\"at\":\"{Noon.AddSeconds(second):O}\",\"kind\":\"{kind}\",\"user\":\"{user}\"}}";

    /// <summary>Posts records, and sees that they are taken.</summary>
    public static Task PostAsync(HttpClient client, ServiceProcess service, params string[] records) => PostToAsync(client, service, "lab", string.Join('\n', records));

    /// <summary>Posts NDJSON as some source, and sees that it is taken.</summary>
    public static async Task PostToAsync(HttpClient client, ServiceProcess service, string source, string records)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(service.Address, "api/v1/ingest/" + source)) { Content = new StringContent(records, Encoding.UTF8, "application/x-ndjson") };
        request.Headers.TryAddWithoutValidation("X-Api-Key", Environment.GetEnvironmentVariable("PATH"));
        using var response = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }
}
