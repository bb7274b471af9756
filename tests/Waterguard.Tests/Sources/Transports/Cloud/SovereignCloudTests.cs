using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Xunit;

namespace Waterguard.Tests.Sources.Transports.Cloud;

/// <summary>In each of Microsoft's clouds a transport asks for tokens and records at that cloud's own places, and nowhere else.</summary>
public sealed class SovereignCloudTests
{
    private const string Identity = "tenant: 6f1c2a3b-0000-4000-8000-0000000000aa, client: 6f1c2a3b-0000-4000-8000-0000000000bb, client_secret: env:PATH";

    [Theory]
    [InlineData("public", "graph, lists: signIns", "login.microsoftonline.com", "graph.microsoft.com", "https://graph.microsoft.com/.default")]
    [InlineData("government", "graph, lists: signIns", "login.microsoftonline.us", "graph.microsoft.us", "https://graph.microsoft.us/.default")]
    [InlineData("china", "graph, lists: signIns", "login.chinacloudapi.cn", "microsoftgraph.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn/.default")]
    [InlineData("public", "o365, content: Audit.General", "login.microsoftonline.com", "manage.office.com", "https://manage.office.com/.default")]
    [InlineData("government", "o365, content: Audit.General", "login.microsoftonline.us", "manage.office365.us", "https://manage.office365.us/.default")]
    [InlineData("public", "log-analytics, workspace: w, tables: T", "login.microsoftonline.com", "api.loganalytics.io", "https://api.loganalytics.io/.default")]
    [InlineData("government", "log-analytics, workspace: w, tables: T", "login.microsoftonline.us", "api.loganalytics.us", "https://api.loganalytics.us/.default")]
    [InlineData("china", "log-analytics, workspace: w, tables: T", "login.chinacloudapi.cn", "api.loganalytics.azure.cn", "https://api.loganalytics.azure.cn/.default")]
    [InlineData("public", "azure-metrics, resources: /subscriptions/0f5a/x, namespace: n, metrics: m, endpoint: 'https://westeurope.metrics.monitor.azure.com'", "login.microsoftonline.com", "westeurope.metrics.monitor.azure.com", "https://metrics.monitor.azure.com/.default")]
    [InlineData("government", "azure-metrics, resources: /subscriptions/0f5a/x, namespace: n, metrics: m, endpoint: 'https://usgovvirginia.metrics.monitor.azure.us'", "login.microsoftonline.us", "usgovvirginia.metrics.monitor.azure.us", "https://metrics.monitor.azure.us/.default")]
    [InlineData("china", "azure-metrics, resources: /subscriptions/0f5a/x, namespace: n, metrics: m, endpoint: 'https://chinaeast2.metrics.monitor.azure.cn'", "login.chinacloudapi.cn", "chinaeast2.metrics.monitor.azure.cn", "https://metrics.monitor.azure.cn/.default")]
    [InlineData("public", "azure-blobs, account: harbourlogs", "login.microsoftonline.com", "harbourlogs.blob.core.windows.net", "https://storage.azure.com/.default")]
    [InlineData("government", "azure-blobs, account: harbourlogs", "login.microsoftonline.us", "harbourlogs.blob.core.usgovcloudapi.net", "https://storage.azure.com/.default")]
    [InlineData("china", "azure-blobs, account: harbourlogs", "login.chinacloudapi.cn", "harbourlogs.blob.core.chinacloudapi.cn", "https://storage.azure.com/.default")]
    [InlineData("government", "graph, lists: signIns, endpoint: 'https://dod-graph.microsoft.us'", "login.microsoftonline.us", "dod-graph.microsoft.us", "https://dod-graph.microsoft.us/.default")]
    public async Task Tokens_and_records_are_asked_for_at_the_clouds_own_places(string cloud, string transport, string authority, string api, string scope)
    {
        var network = new Everywhere();
        var findings = await MemorySink.Transport($"transport: {transport}, cloud: {cloud}, {Identity}", out _, network: network).CheckAsync(Office365Tests.Probe(), TestContext.Current.CancellationToken);

        Assert.Equal(new[] { authority, api }.Order(StringComparer.Ordinal), network.Hosts.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        Assert.Equal(scope, Assert.Single(network.Scopes.Distinct(StringComparer.Ordinal)));
        Assert.Contains(findings, f => f.Missing);
    }

    /// <summary>Answers for every host: a token, and then a refusal.</summary>
    private sealed class Everywhere : HttpMessageHandler
    {
        public ConcurrentQueue<string> Hosts { get; } = new();

        public ConcurrentQueue<string> Scopes { get; } = new();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Assert.Equal(Uri.UriSchemeHttps, request.RequestUri!.Scheme);
            Hosts.Enqueue(request.RequestUri.Host);
            var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
            if (!body.Contains("grant_type=", StringComparison.Ordinal)) return Answer(403, """{"error":{"code":"Forbidden","message":"no"}}""");
            Scopes.Enqueue(Uri.UnescapeDataString(body.Split('&').Single(p => p.StartsWith("scope=", StringComparison.Ordinal))[6..]).Split(' ', '+')[0]);
            return Answer(200, """{"token_type":"Bearer","expires_in":3600,"access_token":"t"}""");
        }

        private static HttpResponseMessage Answer(int status, string body) => new((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
    }
}
