using System.Globalization;
using Xunit;

namespace Waterguard.Tests.Sources.Transports.Cloud;

/// <summary>What holds for each API that is asked for spans of time.</summary>
public sealed class PolledApiTests
{
    private const string Metrics = "transport: azure-metrics, resources: /subscriptions/0f5a/x, namespace: n, metrics: CpuUsage";

    // Settings, a record ({0}: id, {1}: time), what of a record is expected.
    public static TheoryData<string, string, string> Apis => new()
    {
        { "transport: graph, lists: signIns, late: 2h", """{"id":"{0}","createdDateTime":"{1}"}""", """{"id":"{0}","createdDateTime":"{1}"}""" },
        { "transport: cloud-logging, resources: projects/harbour", """{"insertId":"{0}","logName":"l","timestamp":"{1}","receiveTimestamp":"{1}"}""", """{"insertId":"{0}","logName":"l","timestamp":"{1}","receiveTimestamp":"{1}"}""" },
        { "transport: workspace-reports, applications: admin", """{"id":{"time":"{1}","uniqueQualifier":"{0}","applicationName":"admin","customerId":"c"}}""", """{"id":{"time":"{1}","uniqueQualifier":"{0}","applicationName":"admin","customerId":"c"}}""" },
        { "transport: log-analytics, workspace: w, tables: AzureActivity", "{0}", """{"Id":"{0}","Count":7}""" },
        { Metrics, """{"timeStamp":"{1}","average":1.5}""", """{"time":"{1}","resourceId":"/subscriptions/0f5a/x","metricName":"CpuUsage","timeGrain":"PT1M","average":1.5,"dimension":{"containername":"tide"}}""" },
        { "transport: cloud-monitoring, project: projects/harbour, filters: 'metric.type = \"x\"'", """{"metric":{"type":"x"},"points":[{"interval":{"endTime":"{1}"},"value":{"int64Value":"{0}"}}]}""", """{"metric":{"type":"x"},"points":[{"interval":{"endTime":"{1}"},"value":{"int64Value":"{0}"}}]}""" },
    };

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task Each_record_comes_once_through_pages_faults_restarts_and_a_renewed_token(string settings, string record, string expected)
    {
        using var run = new CloudRun();
        await using var server = await ListsServer.StartAsync(run.Time);
        var wanted = new List<string>();
        var first = run.Time.GetUtcNow().AddMinutes(-40);
        void Add(int number, DateTimeOffset? appears = null)
        {
            var time = first.AddSeconds(number * 7);
            string Filled(string text) => text.Replace("{0}", number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("{1}", time.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture), StringComparison.Ordinal);
            server.Add(time, Filled(record), appears);
            wanted.Add(Filled(expected));
        }

        for (var i = 0; i < 300; i++) Add(i);
        server.FailAtRandom(5, new Random(3));
        server.Fail("/", 429, "{}", ("Retry-After", "120"));
        await using (var running = run.Start(With(settings, server, run)))
        {
            await run.Time.Until(() => run.Sink.Records.Count >= wanted.Count, "the first are read");
            Assert.Contains(TimeSpan.FromSeconds(120), run.Time.Asked);
            Assert.True(running.Transport.Progress.Snapshot().Throttled > 0);
        }

        // Late by four minutes, and new ones; under a new token.
        Add(301, first.AddSeconds(301 * 7).AddMinutes(4));
        for (var i = 400; i < 600; i++) Add(i);
        server.Token = "other-token";
        await using (run.Start(With(settings, server, run)))
        {
            run.SetToken("other-token");
            await run.Time.Until(() => run.Sink.Records.Count >= wanted.Count, "the rest is read");
        }

        Assert.Equal(wanted.Order(StringComparer.Ordinal), run.Sink.Records.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("transport: graph, lists: signIns", "/signIns", 403, """{"error":{"code":"Authentication_RequestFromNonPremiumTenantOrB2CTenant","message":"Neither tenant is B2C or tenant doesn't have premium license"}}""", "the tenant has no Entra ID P1 licence")]
    [InlineData("transport: graph, lists: signIns", "/signIns", 403, """{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges"}}""", "Microsoft Graph > AuditLog.Read.All (application), then Grant admin consent")]
    [InlineData("transport: log-analytics, workspace: w, tables: T", "/query", 403, """{"error":{"code":"InsufficientAccessError","message":"The provided credentials have insufficient access"}}""", "Log Analytics Reader")]
    [InlineData(Metrics, ":getBatch", 403, """{"error":{"code":"Forbidden","message":"no"}}""", "Monitoring Reader")]
    [InlineData("transport: cloud-logging, resources: projects/harbour", "entries:list", 403, """{"error":{"code":403,"message":"The caller does not have permission","status":"PERMISSION_DENIED"}}""", "roles/logging.viewer")]
    [InlineData("transport: cloud-monitoring, project: projects/harbour, filters: f", "timeSeries", 403, """{"error":{"code":403,"message":"x","status":"PERMISSION_DENIED","details":[{"reason":"SERVICE_DISABLED"}]}}""", "gcloud services enable monitoring.googleapis.com")]
    [InlineData("transport: workspace-reports, applications: admin, subject: a@harbour.example", "applications/admin", 403, """{"error":{"code":403,"message":"Not Authorized to access this resource/api","status":"PERMISSION_DENIED"}}""", "administrator's privilege Reports")]
    public async Task A_check_names_the_right_that_is_missing(string settings, string path, int status, string body, string advice)
    {
        using var run = new CloudRun();
        await using var server = await ListsServer.StartAsync(run.Time);
        server.Fail(path, status, body);
        var findings = await run.Transport(With(settings, server, run)).CheckAsync(Office365Tests.Probe(), TestContext.Current.CancellationToken);

        Assert.Contains(findings, f => f.Missing && f.Text.Contains(advice, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_answer_that_was_cut_is_asked_for_in_halves()
    {
        using var run = new CloudRun();
        await using var server = await ListsServer.StartAsync(run.Time);
        server.MostRows = 10;
        for (var i = 0; i < 100; i++) server.Add(run.Time.GetUtcNow().AddSeconds(-30 * i - 120), $"r{i}");
        await using var running = run.Start(With("transport: log-analytics, workspace: w, tables: AzureActivity", server, run));
        await run.Time.Until(() => run.Sink.Records.Count == 100, "all rows are read");
    }

    private static string With(string settings, ListsServer server, CloudRun run) => $"{settings}, endpoint: '{server.Address}', {run.Credential}";
}
