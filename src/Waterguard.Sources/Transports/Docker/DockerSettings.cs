using System.Collections.Immutable;
using Waterguard.Platforms.Docker;
using Waterguard.Sources.Configuration;

namespace Waterguard.Sources.Transports.Docker;

/// <summary>How an engine is read.</summary>
internal sealed record DockerSettings(string Host, string? Authority, string? Certificate, Secret? Key, TimeSpan Overlap, TimeSpan Stats, bool Inventory)
{
    public static ImmutableArray<Setting> Keys { get; } =
    [
        new("host", SettingType.Text, "The engine: unix:///run/docker.sock, tcp://HOST:PORT, or https://HOST:PORT for TLS.") { Default = "unix:///run/docker.sock" },
        new("authority", SettingType.Text, "PEM file of the authority that the engine's certificate must come from."),
        new("certificate", SettingType.Text, "PEM file of our certificate, for TLS."),
        new("certificate_key", SettingType.Secret, "Private key of our certificate, PEM."),
        new("overlap", SettingType.Duration, "After a break, events are asked for from so long before the last one; those that were seen are left out.") { Default = "10s", Least = 1, Most = 600 },
        new("stats", SettingType.Duration, "How often CPU, memory and network of each running container are read, as docker.stats; 0s: never.") { Default = "0s", Most = 3600 },
        new("inventory", SettingType.Boolean, "With each connection, what the engine says of the containers that are there already.") { Default = "true" },
    ];

    public static DockerSettings From(SettingValues values) => new(
        values.Text("host") ?? "", values.Text("authority"), values.Text("certificate"), values.Secret("certificate_key"), values.Duration("overlap"), values.Duration("stats"), values.Boolean("inventory"));

    /// <exception cref="IOException">A file of it cannot be read.</exception>
    public DockerEngine Connect()
    {
        (string, string)? client = null;
        if (Certificate is not null) client = (File.ReadAllText(Certificate), Key!.Read(out var problem) ?? throw new IOException($"the private key: {problem}"));
        return new DockerEngine(new DockerAddress(Host, client, Authority is null ? null : File.ReadAllText(Authority)));
    }
}
