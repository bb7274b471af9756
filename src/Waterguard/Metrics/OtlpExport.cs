using System.Globalization;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Waterguard.Configuration;
using Waterguard.Notify.Outbound;
using Waterguard.Service;

namespace Waterguard.Metrics;

/// <summary>Sends the service's own traces, logs and metrics to a collector. What the collector does not take is dropped, and the request counted: the service never waits for it. Thread-safe.</summary>
/// <remarks>OpenTelemetry Protocol 1.x, HTTP with protobuf bodies.</remarks>
internal sealed class OtlpExport : IDisposable
{
    private const int PatienceMilliseconds = 10_000, LastMilliseconds = 3000;
    private readonly TracerProvider? _traces;
    private readonly MeterProvider? _metrics;
    private readonly ILoggerFactory? _logs;
    private readonly ILogger? _logger;
    private readonly ServiceLog _log;

    /// <exception cref="IOException">The key or the authority cannot be read.</exception>
    public OtlpExport(OtlpConfiguration configuration, ServiceLog log)
    {
        _log = log;
        Requests = new OtlpRequests(log);
        var guard = new OutboundGuard([configuration.Endpoint.IdnHost]);
        var authority = configuration.Authority is { } file ? File.ReadAllText(file) : null;
        string? key = null;
        if (configuration.Key is { } secret) key = secret.Read(out var problem) ?? throw new IOException($"otlp: the key: {problem}");
        var resource = ResourceBuilder.CreateEmpty().AddService("waterguard", serviceVersion: "0.1", serviceInstanceId: string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}-{Environment.ProcessId}"));
        void Set(OtlpExporterOptions options, string signal)
        {
            options.Protocol = OtlpExportProtocol.HttpProtobuf;
            options.Endpoint = new Uri(configuration.Endpoint.AbsoluteUri.TrimEnd('/') + "/v1/" + signal);
            options.TimeoutMilliseconds = PatienceMilliseconds;
            options.HttpClientFactory = () =>
            {
                var client = new HttpClient(Requests.Counting(signal, guard.Handler(authority))) { Timeout = TimeSpan.FromMilliseconds(PatienceMilliseconds) };
                if (key is not null) client.DefaultRequestHeaders.TryAddWithoutValidation(configuration.KeyHeader, key);
                return client;
            };
        }

        if (configuration.Signals.Contains("traces"))
        {
            _traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(ServiceTraces.Name, "Microsoft.AspNetCore")
                .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(configuration.Sample))).AddOtlpExporter(o => Set(o, "traces")).Build();
        }

        if (configuration.Signals.Contains("metrics"))
        {
            _metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(ServiceMeter.Name, "System.Runtime", "Microsoft.AspNetCore.Server.Kestrel").AddOtlpExporter((o, reader) =>
            {
                Set(o, "metrics");
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)configuration.Every.TotalMilliseconds;
            }).Build();
        }

        if (!configuration.Signals.Contains("logs")) return;
        _logs = LoggerFactory.Create(b => b.SetMinimumLevel(LogLevel.Information).AddOpenTelemetry(o =>
        {
            o.SetResourceBuilder(resource);
            o.IncludeFormattedMessage = true;
            o.ParseStateValues = true;
            o.AddOtlpExporter(exporter => Set(exporter, "logs"));
        }));
        _logger = _logs.CreateLogger("Waterguard");
        log.Also = Forward;
    }

    /// <summary>What became of the requests.</summary>
    public OtlpRequests Requests { get; }

    /// <summary>Sends what is left, for a moment.</summary>
    public void Dispose()
    {
        _log.Also = null;
        Parallel.Invoke(() => _traces?.Shutdown(LastMilliseconds), () => _metrics?.Shutdown(LastMilliseconds), () => _logs?.Dispose());
        _traces?.Dispose();
        _metrics?.Dispose();
    }

    private void Forward(string level, string what, IReadOnlyList<KeyValuePair<string, object?>> parts) =>
        _logger!.Log(level switch { "error" => LogLevel.Error, "warning" => LogLevel.Warning, _ => LogLevel.Information }, default, parts, null, (_, _) => what);
}
