using System.Collections.Immutable;
using Waterguard.Sources.Configuration;

namespace Waterguard.Configuration;

/// <summary>The keys of <c>waterguard.yaml</c> that belong to no transport.</summary>
internal static class ConfigurationKeys
{
    public const string DefaultFile = "/etc/waterguard/waterguard.yaml";

    public static ImmutableArray<Setting> Top { get; } =
    [
        new("data", SettingType.Text, "Folder of the journal and the store. It is made when it is not there.") { Default = "/var/lib/waterguard" },
        new("min_level", SettingType.Word, "Alerts below are left out.") { Words = ["informational", "low", "medium", "high", "critical"], Default = "low" },
    ];

    public static ImmutableArray<Setting> Journal { get; } =
    [
        new("size", SettingType.Size, "Most bytes (compressed) that wait or are kept; beyond, inputs are told to wait.") { Default = "4GiB", Least = 1 << 20 },
        new("keep", SettingType.Size, "Bytes that are kept after they were judged; at most half of the size is.") { Default = "1GiB" },
    ];

    public static ImmutableArray<Setting> Store { get; } =
    [
        new("kind", SettingType.Word, "sqlite: a file in the data folder; postgresql: a database of a server.") { Words = ["sqlite", "postgresql"], Default = "sqlite" },
        new("connection", SettingType.Secret, "Where the database is, as Npgsql reads it: Host=db.example.net;Database=waterguard;Username=waterguard;Password=…"),
        new("keep_alerts", SettingType.Duration, "How long alerts are kept after they came, and incidents with all of theirs after the last one came.") { Default = "400d", Least = 3600, Most = 365L * 86_400 * 30 },
    ];

    public static ImmutableArray<Setting> Archive { get; } =
    [
        new("enabled", SettingType.Boolean, "Whether what arrives is kept, redacted, in files that other tools can read.") { Default = "true" },
        new("keep", SettingType.Duration, "How long, by the hour of arrival.") { Default = "30d", Least = 3600, Most = 365L * 86_400 * 30 },
    ];

    public static ImmutableArray<Setting> Http { get; } =
    [
        new("listen", SettingType.Text, "Address and port of the HTTP interface: 127.0.0.1:8478, [::1]:8478, 0.0.0.0:8478. Port 0 takes a free one.") { Default = "127.0.0.1:8478" },
        new("certificate", SettingType.Text, "PEM file with the certificate; with it the interface speaks TLS only."),
        new("certificate_key", SettingType.Secret, "Private key of the certificate, PEM."),
        new("hosts", SettingType.Texts, "Names by which the service is asked for; requests for others are refused, but for addresses of this machine. Without, any."),
        new("rate", SettingType.Number, "Requests a second that one session, key or address may make over time.") { Default = "50", Least = 1, Most = 100_000 },
        new("burst", SettingType.Number, "Requests that one may make at once.") { Default = "200", Least = 1, Most = 100_000 },
        new("open_metrics", SettingType.Boolean, "Whether /metrics is told without a key to anybody on this machine. Not behind a proxy on it: through that, everybody is on this machine.") { Default = "false" },
    ];

    public static ImmutableArray<Setting> Access { get; } =
    [
        new("issuer", SettingType.Text, "OpenID Connect: the issuer's address, as https://login.example.org/realm. Without, people sign in with local accounts only."),
        new("client_id", SettingType.Text, "The client as which the provider knows us."),
        new("client_secret", SettingType.Secret, "Its secret; without, we are a public client, with PKCE only."),
        new("public_url", SettingType.Text, "Where browsers find us: https://waterguard.example.org. The provider is told to send them back to /api/v1/openid/callback below it."),
        new("role_claim", SettingType.Text, "The claim of the ID token that says what somebody is: a text or a list of them.") { Default = "roles" },
        new("name_claim", SettingType.Text, "The claim that is shown as the person's name.") { Default = "name" },
        new("admins", SettingType.Texts, "Values of the role claim that make an admin."),
        new("responders", SettingType.Texts, "Values that make a responder."),
        new("analysts", SettingType.Texts, "Values that make an analyst."),
        new("viewers", SettingType.Texts, "Values that make a viewer. Who has none of them all is refused."),
    ];

    public static ImmutableArray<Setting> Escalation { get; } =
    [
        new("critical", SettingType.Duration, "An incident of this level that nobody has acknowledged for so long is marked as escalated.") { Default = "15m", Least = 1 },
        new("high", SettingType.Duration, "The same for this level.") { Default = "1h", Least = 1 },
        new("medium", SettingType.Duration, "The same for this level.") { Default = "8h", Least = 1 },
        new("low", SettingType.Duration, "The same for this level.") { Default = "7d", Least = 1 },
    ];

    public static ImmutableArray<Setting> Content { get; } =
    [
        new("builtin", SettingType.Boolean, "Whether our rules and correlations are used.") { Default = "true" },
        new("folders", SettingType.Texts, "Folders laid out like ours; a file at the same path replaces ours."),
        new("rules", SettingType.Texts, "Further Sigma rules: files or folders."),
        new("lists", SettingType.Texts, "Further lists: files or folders."),
    ];

    public static ImmutableArray<Setting> Time { get; } =
    [
        new("lateness", SettingType.Duration, "How much later than others of its time a record may come and still be correlated; alerts of correlations wait for it.") { Default = "1m", Most = 86_400 },
        new("idle_after", SettingType.Duration, "After how long without a record an input is not waited for.") { Default = "5m", Least = 1 },
        new("max_skew", SettingType.Duration, "How far ahead of its arrival a record's time may be; beyond, it is counted as forged, and carries time nowhere.") { Default = "5m" },
    ];

    public static ImmutableArray<Setting> Outbound { get; } =
    [
        new("allow", SettingType.Texts, "Host names, addresses and networks. With it nothing else is told anything; machines of one's own networks are told only when they, or their names, are here."),
    ];

    public static ImmutableArray<Setting> Otlp { get; } =
    [
        new("endpoint", SettingType.Text, "Where the collector takes OTLP by HTTP: https://collector.example.net:4318. /v1/traces, /v1/logs and /v1/metrics are asked below it."),
        new("key", SettingType.Secret, "What is sent in the header that 'key_header' names."),
        new("key_header", SettingType.Text, "The header of the key.") { Default = "Authorization" },
        new("authority", SettingType.Text, "PEM file with the authority that the collector's certificate comes from; without, those of the machine."),
        new("signals", SettingType.Texts, "Which of traces, logs and metrics are sent; without, all."),
        new("sample", SettingType.Number, "How many of a hundred traces are kept.") { Default = "10", Least = 1, Most = 100 },
        new("every", SettingType.Duration, "How often metrics are sent.") { Default = "1m", Least = 1, Most = 3600 },
    ];

    public static ImmutableArray<Setting> Response { get; } =
    [
        new("docker", SettingType.Text, "The engine that steps of playbooks act on: unix:///run/docker.sock. Without, none is acted on."),
        new("never_touch", SettingType.Texts, "Names, with * and ?, of what no step may be done to, besides the usual ones."),
        new("most_per_hour", SettingType.Number, "Steps of high risk that may be done in an hour.") { Default = "10", Least = 0, Most = 10_000 },
    ];

    /// <summary>The sections, and what each is for.</summary>
    public static ImmutableArray<(string Name, string Says, ImmutableArray<Setting> Keys)> Sections { get; } =
    [
        ("journal", "What was received and is not yet judged, and some of what was.", Journal),
        ("store", "What was found: alerts, what people made, what correlations know.", Store),
        ("archive", "What arrived, as compressed JSON lines in the folder archive below the data folder.", Archive),
        ("http", "The HTTP interface; it is opened when this section, or an input with transport http or pubsub-push, is there.", Http),
        ("time", "How the times of records are taken.", Time),
        ("content", "Rules, lists and sources.", Content),
        ("access", "How people sign in. Local accounts are always there; the first admin is made with the token of the first run.", Access),
        ("escalation", "After how long an incident that nobody takes up is escalated.", Escalation),
        ("response", "What responders may do from the service: see [response.md](response.md). Nothing is done by itself.", Response),
        ("otlp", "Traces, logs and metrics of the service itself, for an OpenTelemetry collector.", Otlp),
        ("outbound", "Where notifications may go: see [notifications.md](notifications.md).", Outbound),
    ];

    /// <summary>The keys of every input.</summary>
    public static ImmutableArray<Setting> Input { get; } =
    [
        new("name", SettingType.Text, "A name of your own: letters, digits, dot, dash, underscore. Positions are kept under it, so do not change it lightly.") { Required = true },
        new("transport", SettingType.Text, "How the records arrive; see below.") { Required = true },
        new("source", SettingType.Text, "What the records are, as 'waterguard sources list' names it; without, each record is recognised."),
    ];
}
