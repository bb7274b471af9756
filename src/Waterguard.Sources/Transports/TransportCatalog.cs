using System.Collections.Immutable;

namespace Waterguard.Sources.Transports;

/// <summary>All kinds of transport, in alphabetical order. A new one is added here and nowhere else.</summary>
public static class TransportCatalog
{
    /// <summary>The kinds by name.</summary>
    public static ImmutableArray<TransportKind> All { get; } =
    [
        AzureBlobs.BlobTransport.Kind,
        Docker.DockerTransport.Kind,
        Http.HttpTransport.Kind,
        Office365.Office365Transport.Kind,
        PubSub.PubSubTransport.Kind,
        Syslog.SyslogTransport.Kind,
        Tail.TailTransport.Kind,
    ];

    /// <summary>A kind by name.</summary>
    public static TransportKind? Find(string name) => All.FirstOrDefault(k => k.Name == name);
}
