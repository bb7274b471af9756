using System.Collections.Immutable;
using Waterguard.Content;
using Waterguard.Content.Yaml;
using Waterguard.Pipeline;
using Waterguard.Sigma;
using Waterguard.Sources.Configuration;
using Waterguard.Sources.Transports;

namespace Waterguard.Configuration;

/// <summary>The whole configuration, checked. Immutable.</summary>
internal sealed record ServiceConfiguration(string Data, Level MinLevel, long JournalSize, long JournalKeep, HttpConfiguration? Http, ContentOptions Content, ImmutableArray<InputDefinition> Inputs)
{
    /// <summary>How much later than others of its time a record may come and still be correlated.</summary>
    public TimeSpan Lateness { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>After how long without a record an input is not waited for.</summary>
    public TimeSpan IdleAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How far ahead of its arrival a record's time may be before it is taken for forged.</summary>
    public TimeSpan MaxSkew { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How people sign in elsewhere; null: they do not.</summary>
    public AccessConfiguration? Access { get; init; }

    /// <summary>After how long an incident that nobody has acknowledged is escalated, by level.</summary>
    public ImmutableDictionary<string, TimeSpan> Escalation { get; init; } = ImmutableDictionary<string, TimeSpan>.Empty;

    /// <summary>Who is told of incidents.</summary>
    public Notify.NotifyConfiguration Notify { get; init; } = Waterguard.Notify.NotifyConfiguration.None;

    /// <summary>Where responses act.</summary>
    public ResponseConfiguration Response { get; init; } = ResponseConfiguration.None;

    /// <summary>The collector of our own telemetry; null: there is none.</summary>
    public OtlpConfiguration? Otlp { get; init; }

    /// <summary>Where the store is.</summary>
    public StoreConfiguration Store { get; init; } = new(null);

    /// <summary>How long alerts and incidents are kept.</summary>
    public TimeSpan KeepAlerts { get; init; } = TimeSpan.FromDays(400);

    /// <summary>How long the archive is kept; null: there is none.</summary>
    public TimeSpan? KeepArchive { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Reads a file. Everything that is wrong is in the bag, all of it at once; null when something is.</summary>
    public static ServiceConfiguration? Load(string file, ReadOnlySpan<byte> text, DiagnosticBag bag)
    {
        var yaml = YamlFile.Parse(file, text);
        foreach (var diagnostic in yaml.Diagnostics) bag.Add(diagnostic);
        if (yaml.Documents is not [{ Root: YamlMapping root }, ..])
        {
            if (bag.ErrorCount == 0) bag.Error(ContentCodes.NotAMapping, new SourceLocation(file, 1, 1), "A configuration is a mapping: 'inputs:' and a list, at least.");
            return null;
        }

        if (yaml.Documents.Length > 1) bag.Error(ContentCodes.WrongShape, yaml.Documents[1].Root.Location, "A configuration is one document; this is a second one.");
        var configuration = Read(root, bag);
        return bag.ErrorCount == 0 ? configuration : null;
    }

    private static ServiceConfiguration Read(YamlMapping root, DiagnosticBag bag)
    {
        var top = SettingValues.Read(root, root.Location, ConfigurationKeys.Top, [.. ConfigurationKeys.Sections.Select(s => s.Name), "inputs", "notify"], bag);
        var journal = Section(root, "journal", bag);
        var http = Section(root, "http", bag);
        var time = Section(root, "time", bag);
        var content = Section(root, "content", bag);
        var escalation = Section(root, "escalation", bag);
        var access = AccessConfiguration.From(Section(root, "access", bag), bag);
        var store = Section(root, "store", bag);
        var archive = Section(root, "archive", bag);
        var inputs = InputReader.Read(root, bag);
        var notify = NotifyReader.Read(root, Section(root, "outbound", bag), bag);
        var opensHttp = root["http"] is not null || inputs.Any(i => i.Kind.OpensHttp);
        return new ServiceConfiguration(
            top.Text("data") ?? "", Enum.Parse<Level>(top.Text("min_level") ?? "low", ignoreCase: true), journal.Number("size"), Math.Min(journal.Number("keep"), journal.Number("size") / 2),
            opensHttp ? HttpConfiguration.From(http, bag) : null,
            new ContentOptions(content.Boolean("builtin"), content.Texts("folders"), content.Texts("rules"), content.Texts("lists")), inputs)
        {
            Store = StoreConfiguration.From(store, bag),
            KeepAlerts = store.Duration("keep_alerts"),
            KeepArchive = archive.Boolean("enabled") ? archive.Duration("keep") : null,
            Lateness = time.Duration("lateness"),
            IdleAfter = time.Duration("idle_after"),
            MaxSkew = time.Duration("max_skew"),
            Access = access,
            Notify = notify,
            Response = ResponseConfiguration.From(Section(root, "response", bag), bag),
            Otlp = root["otlp"] is null ? null : OtlpConfiguration.From(Section(root, "otlp", bag), root["otlp"]!.Location, bag),
            Escalation = ConfigurationKeys.Escalation.ToImmutableDictionary(k => k.Name, k => escalation.Duration(k.Name), StringComparer.Ordinal),
        };
    }

    private static SettingValues Section(YamlMapping root, string name, DiagnosticBag bag)
    {
        if (root[name] is not null and not YamlMapping) bag.Error(ContentCodes.WrongShape, root[name]!.Location, $"'{name}' must be a mapping.");
        return SettingValues.Read(root[name] as YamlMapping, root.Location, ConfigurationKeys.Sections.First(s => s.Name == name).Keys, [], bag);
    }
}

/// <summary>Where the HTTP interface listens.</summary>
internal sealed record HttpConfiguration(System.Net.IPEndPoint Listen, string? Certificate, Secret? CertificateKey)
{
    /// <summary>Names by which it is asked for; empty: any.</summary>
    public ImmutableArray<string> Hosts { get; init; } = [];

    /// <summary>Requests a second that one may make over time.</summary>
    public long Rate { get; init; } = 50;

    /// <summary>Requests that one may make at once.</summary>
    public long Burst { get; init; } = 200;

    /// <summary>Whether metrics are told to anybody on this machine.</summary>
    public bool OpenMetrics { get; init; }

    public static HttpConfiguration? From(SettingValues values, DiagnosticBag bag)
    {
        var text = values.Text("listen") ?? "";
        var (certificate, key) = (values.Text("certificate"), values.Secret("certificate_key"));
        if (certificate is null != key is null) bag.Error(ConfigurationCodes.Unusable, values.LocationOf("certificate"), "'certificate' and 'certificate_key' go together.");
        if (System.Net.IPEndPoint.TryParse(text, out var address) && text.Contains(':', StringComparison.Ordinal)) return new HttpConfiguration(address, certificate, key) { Hosts = values.Texts("hosts"), Rate = values.Number("rate"), Burst = values.Number("burst"), OpenMetrics = values.Boolean("open_metrics") };
        bag.Error(ConfigurationCodes.Unusable, values.LocationOf("listen"), $"'{text}' is not ADDRESS:PORT.");
        return null;
    }
}
