using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Waterguard.Sigma;
using Waterguard.Storage;

namespace Waterguard.Notify;

/// <summary>Decides what a change of an incident gives to tell: a pure function of the incident, the routes and what was told before.</summary>
internal static class Deciding
{
    /// <summary>Notifications of one incident by one channel; more are not made.</summary>
    public const int MostOfOne = 100;

    /// <summary>What is made, or is another now.</summary>
    public static List<Notification> Decide(NotifyConfiguration configuration, IncidentNow now, IReadOnlyList<Notification> before, DateTimeOffset at)
    {
        var made = new List<Notification>();
        if (configuration.Channels.IsEmpty) return made;
        var isGone = now.Status is "merged" or "retracted";
        var routes = isGone ? [] : Fitting(configuration, now).ToList();
        var wanted = routes.SelectMany(r => r.Channels.Select(c => (Channel: c, Route: r, IsEscalation: false))).Concat(now.Status == "escalated" ? routes.SelectMany(r => r.EscalateTo.Select(c => (Channel: c, Route: r, IsEscalation: true))) : [])
            .DistinctBy(w => (w.Channel, w.IsEscalation)).ToList();
        foreach (var (channel, route, isEscalation) in wanted)
        {
            if (One(channel, route, isEscalation, now, before, at, made) is { } notification) made.Add(notification);
        }

        // Who was told that there is something is told that there is nothing any more, or that it goes on elsewhere.
        if (isGone) made.AddRange(before.Where(b => b.State == NotificationState.Waiting).Select(b => Withheld(b, at, now.Status == "merged" ? $"it is a part of incident {now.Incident.MergedInto} now" : "its alerts were taken back")));
        if (now.Status == "retracted")
        {
            foreach (var told in before.Where(b => b is { State: NotificationState.Sent, Channel.Length: > 0 }).GroupBy(b => b.Channel, StringComparer.Ordinal))
            {
                if (told.Last().Said.SentStatus != "retracted") made.Add(Notification.Make(now.Incident.Id, told.Key, told.Max(t => t.Said.Number) + 1, "update", told.Last().Said.Route, "its alerts were taken back", at, at));
            }
        }

        if (wanted.Count == 0 && !isGone && !before.Any(b => b.Channel.Length > 0))
        {
            var none = Notification.Make(now.Incident.Id, "", 0, "new", "", "no route fits it: " + WhyNone(configuration, now), at, at);
            none.State = NotificationState.Withheld;
            made.Add(none);
        }

        return made;
    }

    /// <summary>Who is told when an incident is escalated by hand: the channels of escalations of the routes that fit it in any state; where they have none, their channels.</summary>
    public static ImmutableArray<string> EscalationChannels(NotifyConfiguration configuration, IncidentNow now)
    {
        var routes = configuration.Routes.Where(r => Misfit(r with { Statuses = [now.Status] }, now) is null).ToArray();
        ImmutableArray<string> pagers = [.. routes.SelectMany(r => r.EscalateTo).Distinct(StringComparer.Ordinal)];
        return pagers.IsEmpty ? [.. routes.SelectMany(r => r.Channels).Distinct(StringComparer.Ordinal)] : pagers;
    }

    private static Notification? One(string channel, NotifyRoute route, bool isEscalation, IncidentNow now, IReadOnlyList<Notification> before, DateTimeOffset at, List<Notification> made)
    {
        var its = before.Where(b => b.Channel == channel).ToList();
        if (its.Count >= MostOfOne) return null;
        var number = its.Count == 0 ? 0 : its.Max(i => i.Said.Number) + 1 + made.Count(m => m.Channel == channel);
        if (its.Count == MostOfOne - 1) return Withheld(Notification.Make(now.Incident.Id, channel, number, "update", route.Name, "it has changed", at, at), at, $"{MostOfOne} notifications of one incident are as many as a channel gets: it is told no more of it");
        if (isEscalation) return its.Any(i => i.Said.Kind == "escalation") ? null : Notification.Make(now.Incident.Id, channel, number, "escalation", route.Name, "nobody has acknowledged it in time", at, at);

        // One that waits tells what is then: there need be no other. A repetition gives way to what is new.
        if (its.Any(i => i is { State: NotificationState.Waiting, Said.Kind: not "repeat" })) return null;
        var last = its.LastOrDefault(i => i.Said.SentAt > 0);
        if (last is null)
        {
            if (its.Any(i => i.State == NotificationState.Dead) || now.Status is "acknowledged" or "closed") return null;
            return Notification.Make(now.Incident.Id, channel, number, "new", route.Name, $"{route.Name} fits it; waiting {(long)route.GroupWait.TotalSeconds} s for more alerts of it", at, at + route.GroupWait);
        }

        var said = last.Said;
        if (said.SentCount == now.Incident.Count && said.SentStatus == now.Status && said.SentLevel == now.Incident.Level) return null;
        made.AddRange(its.Where(i => i.State == NotificationState.Waiting).Select(i => Withheld(i, at, "what has changed is told instead")));
        var due = DateTimeOffset.FromUnixTimeMilliseconds(said.SentAt) + route.GroupInterval;
        return Notification.Make(now.Incident.Id, channel, number, "update", route.Name, $"it has changed; at least {(long)route.GroupInterval.TotalSeconds} s lie between two words of it", at, due > at ? due : at);
    }

    private static IEnumerable<NotifyRoute> Fitting(NotifyConfiguration configuration, IncidentNow now)
    {
        foreach (var route in configuration.Routes.Where(r => Misfit(r, now) is null))
        {
            yield return route;
            if (!route.Continue) yield break;
        }
    }

    /// <summary>Why a route does not fit; null: it does.</summary>
    public static string? Misfit(NotifyRoute route, IncidentNow now)
    {
        if (now.Incident.Level < (int)route.Level) return "its level is lower";
        if (!route.Statuses.Contains(now.Status, StringComparer.Ordinal)) return $"it is {now.Status}";
        if (!route.Strategies.IsEmpty && !now.Alerts.Any(a => a["strategy"]?.GetValue<string>() is { } s && route.Strategies.Contains(s, StringComparer.Ordinal))) return "no detection of its strategies took part";
        return route.Entities.IsEmpty || route.Entities.Any(e => now.Alerts.Any(a => a["entities"]?[e.Kind] is JsonArray names && names.Any(n => n?.GetValue<string>() == e.Name))) ? null : "it names none of its entities";
    }

    private static string WhyNone(NotifyConfiguration configuration, IncidentNow now) => configuration.Routes.IsEmpty ? "there are none" : string.Join("; ", configuration.Routes.Take(10).Select(r => $"{r.Name}: {Misfit(r, now)}"));

    private static Notification Withheld(Notification notification, DateTimeOffset at, string why)
    {
        notification.State = NotificationState.Withheld;
        notification.Note(at, why);
        return notification;
    }
}
