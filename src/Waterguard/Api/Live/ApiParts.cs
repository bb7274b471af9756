using Waterguard.Configuration;
using Waterguard.Pipeline;
using Waterguard.Service;
using Waterguard.Sources.Transports;
using Waterguard.Storage;
using Waterguard.Storage.Journals;

namespace Waterguard.Api.Live;

/// <summary>The parts of the running service that the API looks at.</summary>
internal sealed record ApiParts(
    ServiceConfiguration Configuration, IReadOnlyList<ITransport> Inputs, IStore Store, IAlerts Alerts, IIncidents Incidents, IDocuments Documents, LiveJudgement Judgement, Journal Journal, Func<Task<string?>> Trouble, TimeProvider Time, ServiceLog Log)
{
    /// <summary>What happens, for those who listen.</summary>
    public EventHub Events { get; } = new();

    /// <summary>What is to be told of incidents.</summary>
    public required IOutbox Outbox { get; init; }

    /// <summary>The markers that are planted; null: none are.</summary>
    public Canaries.CanaryBoard? Canaries { get; init; }

    /// <summary>The content in use.</summary>
    public Generation Generation { get; set; } = null!;

    /// <summary>How often other content came into use; what was made of the content before is stale then.</summary>
    public int Swaps { get; private set; }

    /// <summary>Makes what tells people of incidents.</summary>
    /// <exception cref="IOException">A channel cannot be made any more as the configuration was read.</exception>
    public Notify.Notifier NotifierFor(Func<System.Text.Json.Nodes.JsonObject, DateTimeOffset, string?> silencedBy) => new(Configuration.Notify, Outbox, Incidents, Documents, silencedBy, Time, Log);

    /// <summary>Other content is in use.</summary>
    public void Become(Generation next)
    {
        Generation = next;
        Swaps++;
        Events.Tell("state", new() { ["what"] = "content" });
    }
}
