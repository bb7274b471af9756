using System.Collections.Immutable;

namespace Waterguard.Sources.Transports;

/// <summary>All kinds of transport, in alphabetical order. A new one is added here and nowhere else.</summary>
public static class TransportCatalog
{
    /// <summary>The kinds by name.</summary>
    public static ImmutableArray<TransportKind> All { get; } =
    [
        AzureBlobs.BlobTransport.Kind,
        AzureMonitor.MonitorTransports.Metrics,
        GoogleLogging.CloudLoggingTransport.Kind,
        GoogleLogging.CloudMonitoringTransport.Kind,
        Docker.DockerTransport.Kind,
        Graph.GraphTransport.Kind,
        Http.HttpTransport.Kind,
        AzureMonitor.MonitorTransports.Tables,
        Office365.Office365Transport.Kind,
        PubSub.PubSubTransport.Kind,
        PubSub.PubSubPushTransport.Kind,
        Syslog.SyslogTransport.Kind,
        Tail.TailTransport.Kind,
        Workspace.WorkspaceTransport.Kind,
    ];

    /// <summary>A kind by name.</summary>
    public static TransportKind? Find(string name) => All.FirstOrDefault(k => k.Name == name);
}
