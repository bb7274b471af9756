using System.Collections.Immutable;
using Waterguard.Notify;
using Waterguard.Response.Actions;
using Waterguard.Response.Playbooks;
using Waterguard.Storage;

namespace Waterguard.Responding;

/// <summary>The steps that tell people, for the channels of a configuration.</summary>
internal static class PeopleSteps
{
    /// <summary>The channels by which an action tells people, by name.</summary>
    public static ImmutableArray<string> ChannelsOf(NotifyConfiguration configuration, string action)
    {
        string[] kinds = action switch { "notify.email" => ["email"], "notify.syslog" => ["syslog"], _ => ["pager", "slack", "ticket", "webhook"] };
        return [.. configuration.Channels.Where(c => kinds.Contains(c.Kind.Name, StringComparer.Ordinal)).Select(c => c.Name)];
    }

    public static IEnumerable<IResponseAction> Of(NotifyConfiguration configuration, IOutbox outbox, IIncidents incidents, IDocuments documents, IRunJournal journal, TimeProvider time)
    {
        TellPeople Notify(string name)
        {
            var channels = ChannelsOf(configuration, name);
            return new TellPeople(name, "response", _ => channels, outbox, journal, time);
        }

        var reading = new IncidentReading(incidents, documents);
        yield return Notify("notify.email");
        yield return Notify("notify.syslog");
        yield return Notify("notify.webhook");
        yield return new Escalate(new TellPeople("escalate", "handover", id => reading.Find(id) is { } now ? Deciding.EscalationChannels(configuration, now) : [], outbox, journal, time), documents, journal, time);
    }
}
