using System.Collections.Immutable;
using System.Net;
using Waterguard.Sources.Configuration;

namespace Waterguard.Sources.Transports.Syslog;

/// <summary>How syslog is listened to.</summary>
internal sealed record SyslogSettings(IPEndPoint Listen, string Protocol, int MaxMessage, int MaxConnections, int MaxConnectionsOfPeer, int MessagesPerSecond, TimeSpan Idle, string? Certificate, Secret? Key, int ReceiveBuffer)
{
    public static ImmutableArray<Setting> Keys { get; } =
    [
        new("listen", SettingType.Text, "Address and port, such as 0.0.0.0:5514. Ports below 1024 need a permission.") { Default = "127.0.0.1:5514" },
        new("protocol", SettingType.Word, "udp loses what nobody takes in time (and counts it); tcp and tls make senders wait.") { Words = ["udp", "tcp", "tls"], Default = "tcp" },
        new("max_message", SettingType.Size, "A longer message is skipped and counted.") { Default = "64KiB", Least = 480, Most = 8 << 20 },
        new("max_connections", SettingType.Number, "Most connections at once.") { Default = "1024", Least = 1, Most = 65_536 },
        new("max_connections_of_peer", SettingType.Number, "Most connections of one address at once.") { Default = "64", Least = 1, Most = 65_536 },
        new("messages_per_second", SettingType.Number, "Most messages of one address, on the average of a few seconds; udp drops (and counts) the rest, tcp makes wait. 0: no bound.") { Default = "20000" },
        new("receive_buffer", SettingType.Size, "What the kernel may hold for us, for udp; it gives at most its net.core.rmem_max.") { Default = "8MiB", Least = 4096, Most = 256 << 20 },
        new("idle", SettingType.Duration, "A connection that is silent for longer is closed.") { Default = "1h", Least = 1 },
        new("certificate", SettingType.Text, "PEM file with the certificate, for tls."),
        new("certificate_key", SettingType.Secret, "Private key of the certificate, PEM, for tls."),
    ];
}
