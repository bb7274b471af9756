using System.Collections.Immutable;
using Waterguard.Notify;
using Waterguard.Response.Actions;
using Waterguard.Response.Playbooks;
using Waterguard.Storage;

namespace Waterguard.Responding;

/// <summary>The steps that tell people, for the channels of a configuration.</summary>
internal static class PeopleSteps
{
    public static IEnumerable<IResponseAction> Of(NotifyConfiguration configuration, IOutbox outbox, IIncidents incidents, IDocuments documents, IRunJournal journal, TimeProvider time)
    {
        ImmutableArray<string> OfKinds(params ReadOnlySpan<string> kinds)
        {
            var found = ImmutableArray.CreateBuilder<string>();
            foreach (var channel in configuration.Channels)
            {
                if (kinds.Contains(channel.Kind.Name)) found.Add(channel.Name);
            }

            return found.ToImmutable();
        }

        TellPeople Notify(string name, ImmutableArray<string> channels) => new(name, "response", _ => channels, outbox, journal, time);
        var reading = new IncidentReading(incidents, documents);
        yield return Notify("notify.email", OfKinds("email"));
        yield return Notify("notify.syslog", OfKinds("syslog"));
        yield return Notify("notify.webhook", OfKinds("pager", "slack", "ticket", "webhook"));
        yield return new Escalate(new TellPeople("escalate", "handover", id => reading.Find(id) is { } now ? Deciding.EscalationChannels(configuration, now) : [], outbox, journal, time), documents, journal, time);
    }
}
