using System.Net;
using System.Text;
using Waterguard.Api.Access;
using Waterguard.Metrics;
using Waterguard.Tests.Api;
using Waterguard.Tests.Service;
using Xunit;

namespace Waterguard.Tests.Metrics;

public sealed class MetricsTests
{
    [Fact]
    public void Whatever_a_label_holds_the_text_can_be_read()
    {
        using var meter = new ServiceMeter();
        meter.Count("a.b", "Says \\ a\nlot.", "name", () => [("x\"y\\z\nw", 3), ("ä", 1)]);
        meter.Stand("a.size", "A size.", () => 1.5, "By");
        foreach (var seconds in new[] { 0.0001, 0.3, 1000 }) meter.Request("GET", "/x", 200, TimeSpan.FromSeconds(seconds));
        var page = MetricsPage.Read(meter.Text.Write());
        Assert.Equal(3, page["a_b_total{name=\"x\\\"y\\\\z\\nw\"}"]);
        Assert.Equal(1.5, page["a_size_bytes"]);
        Assert.Equal(3, page["waterguard_http_request_duration_seconds_count{method=\"GET\",route=\"/x\",status=\"200\"}"]);
        Assert.Equal(2, page["waterguard_http_request_duration_seconds_bucket{method=\"GET\",route=\"/x\",status=\"200\",le=\"0.5\"}"]);
        // What is observed is not added up by being asked for again; what is recorded is.
        Assert.Equal(page, MetricsPage.Read(meter.Text.Write()));
    }

    [Fact]
    public void Series_are_bounded_and_the_rest_is_counted_together()
    {
        using var meter = new ServiceMeter();
        for (var i = 0; i < MetricsText.MostSeries + 10; i++) meter.Request("GET", "/" + i.ToString(System.Globalization.CultureInfo.InvariantCulture), 200, TimeSpan.Zero);
        Assert.Equal(10, MetricsPage.Read(meter.Text.Write())["waterguard_http_request_duration_seconds_count{others=\"true\"}"]);
    }

    [Theory]
    [InlineData("", HttpStatusCode.Unauthorized)]
    [InlineData("http: {listen: '127.0.0.1:0', open_metrics: true}\n", HttpStatusCode.OK)]
    public async Task Metrics_are_told_to_a_key_with_the_scope_read_and_to_this_machine_only_where_it_is_configured(string more, HttpStatusCode withoutKey)
    {
        await using var host = await ApiHost.StartAsync(more);
        async Task<HttpStatusCode> Ask(string? key)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(host.Address, "metrics"));
            if (key is not null) request.Headers.TryAddWithoutValidation("X-Api-Key", key);
            using var response = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
            return response.StatusCode;
        }

        Assert.Equal(withoutKey, await Ask(null));
        Assert.Equal(HttpStatusCode.OK, await Ask(host.KeyOf(Role.Viewer)));
        if (more.Length > 0) return;
        Assert.Equal(HttpStatusCode.Unauthorized, await Ask(host.Server.Access.Keys.Add("c", ["ingest:*"], null, Caller.Service).Secret));
        Assert.Equal(HttpStatusCode.Unauthorized, await Ask("wg_nothing"));
    }

    [Fact]
    public async Task The_service_tells_of_every_record_where_it_went()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("WATERGUARD_FAST") is { Length: > 0 }, "It runs the service.");
        using var folder = Repository.Folder();
        var configuration = LabService.Configuration(folder, "title: T\nid: 11111111-1111-4111-8111-111111111111\nlogsource: {product: lab}\nlevel: high\ndetection: {s: {kind: bad}, condition: s}\n");
        await File.WriteAllTextAsync(configuration, (await File.ReadAllTextAsync(configuration, TestContext.Current.CancellationToken)).Replace("'127.0.0.1:0'}", "'127.0.0.1:0', open_metrics: true}", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        using var service = await ServiceProcess.StartAsync(configuration);
        using var client = new HttpClient();
        await LabService.PostAsync(client, service, LabService.Record(1, "bad"), LabService.Record(2, "other"), "no json");
        IReadOnlyDictionary<string, double> page = new Dictionary<string, double>();
        await Until.True(async () => (page = MetricsPage.Read(await client.GetStringAsync(new Uri(service.Address, "metrics")))).GetValueOrDefault("waterguard_alerts") == 1, "the alert is counted");
        double Of(string name) => page.Where(p => p.Key == name || p.Key.StartsWith(name + "{", StringComparison.Ordinal)).Sum(p => p.Value);
        Assert.True(Of("waterguard_received_total") >= 3);
        Assert.Equal(Of("waterguard_received_total"), Of("waterguard_stored_total") + Of("waterguard_duplicate_total") + Of("waterguard_rejected_total") + Of("waterguard_dropped_total"));
        Assert.Equal(2, page["waterguard_events_total{source=\"lab\"}"]);
        foreach (var name in new[] { "waterguard_incidents", "waterguard_journal_size_bytes", "waterguard_judgement_delay_seconds_count", "waterguard_store_commit_duration_seconds_count", "process_resident_memory_bytes", "process_start_time_seconds" }) Assert.True(Of(name) > 0, name);
        foreach (var name in new[] { "waterguard_journal_waiting", "waterguard_state_keys", "waterguard_store_trouble", "waterguard_malformed_total" }) Assert.Contains(name, page.Keys);
        Assert.Equal(0, await service.StopAsync());
    }
}
