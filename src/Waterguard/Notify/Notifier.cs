using System.Text.Json.Nodes;
using Waterguard.Content;
using Waterguard.Notify.Outbound;
using Waterguard.Service;
using Waterguard.Storage;

namespace Waterguard.Notify;

/// <summary>Tells people of incidents: decides for each change what is to be told, keeps it in the store, and delivers it. What was decided is delivered at least once, whatever happens in between; an attempt
/// that was cut off is made again under the same id.</summary>
internal sealed class Notifier : IDisposable
{
    private const int Together = 200;
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(1), s_lookAgain = TimeSpan.FromMinutes(1);

    private readonly NotifyConfiguration _configuration;
    private readonly IOutbox _outbox;
    private readonly IncidentReading _reading;
    private readonly Func<JsonObject, DateTimeOffset, string?> _silencedBy;
    private readonly TimeProvider _time;
    private readonly ServiceLog _log;
    private readonly Dictionary<string, ChannelLane> _lanes;
    private readonly OutboundGuard _guard;
    private string? _trouble;

    /// <param name="silencedBy">The silence that an alert's summary is under.</param>
    /// <param name="guard">By what connections go out; null: as the configuration allows.</param>
    public Notifier(NotifyConfiguration configuration, IOutbox outbox, IIncidents incidents, IDocuments documents, Func<JsonObject, DateTimeOffset, string?> silencedBy, TimeProvider time, ServiceLog log, OutboundGuard? guard = null)
    {
        (_configuration, _outbox, _reading, _silencedBy, _time, _log) = (configuration, outbox, new IncidentReading(incidents, documents), silencedBy, time, log);
        _guard = guard ?? new OutboundGuard(configuration.Allow);
        var bag = new DiagnosticBag();
        _lanes = configuration.Channels.ToDictionary(c => c.Name, c => new ChannelLane(c, c.Kind.Create(c, _guard, time, bag) ?? throw new IOException($"notify: {string.Join("; ", bag.ToSorted())}")), StringComparer.Ordinal);
    }

    /// <summary>The channels, in the order of the configuration.</summary>
    public IEnumerable<ChannelLane> Lanes => _configuration.Channels.Select(c => _lanes[c.Name]);

    /// <summary>Connections that were refused because of where they lead.</summary>
    public long Refused => _guard.Refused;

    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(s_every, _time);
        try
        {
            do
            {
                await StepAsync(stop);
            }
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException)
        {
            // What waits is in the store.
        }

        await Task.WhenAll(_lanes.Values.Select(l => l.Work).OfType<Task>());
    }

    /// <summary>Decides what is to be decided, and starts to deliver what is due. A channel that is slow holds up no other.</summary>
    public async Task StepAsync(CancellationToken stop)
    {
        try
        {
            while (_outbox.Changes(Together) is { Count: > 0 } changes)
            {
                foreach (var change in changes) Decide(change);
                if (changes.Count < Together) break;
            }

            foreach (var due in _outbox.Due(_time.GetUtcNow(), Together * 5).Select(Notification.Read).GroupBy(n => n.Channel, StringComparer.Ordinal))
            {
                if (!_lanes.TryGetValue(due.Key, out var lane)) _outbox.Keep([.. due.Select(d => Gone(d).Stored())]);
                else if (lane.Work is not { IsCompleted: false }) lane.Work = Task.Run(() => DeliverAsync(lane, [.. due], stop), CancellationToken.None);
            }

            _trouble = null;
        }
        catch (StorageUnavailableException e)
        {
            if (_trouble != e.Message) _log.Warn("notifications wait for the store", ("error", e.Message));
            _trouble = e.Message;
        }

        await Task.CompletedTask;
    }

    /// <summary>Waits for what is being delivered.</summary>
    public Task SettleAsync() => Task.WhenAll(_lanes.Values.Select(l => l.Work).OfType<Task>());

    /// <summary>Sends one that was given up, or withheld, again. False: it is not there, or waits already.</summary>
    public bool Resend(string id, string who)
    {
        if (_outbox.FindNotification(id) is not { } stored || Notification.Read(stored) is not { Channel.Length: > 0, State: NotificationState.Dead or NotificationState.Withheld } notification) return false;
        var now = _time.GetUtcNow();
        (notification.State, notification.Due, notification.Said.Attempts) = (NotificationState.Waiting, now, 0);
        notification.Said.IsForced = true;
        notification.Note(now, $"sent again by {who}");
        _outbox.Keep([notification.Stored()]);
        return true;
    }

    /// <summary>Sends a test by a channel at once.</summary>
    /// <returns>What went wrong; null: nothing.</returns>
    public async Task<string?> TestAsync(string channel, string who, CancellationToken cancel)
    {
        var now = _time.GetUtcNow();
        var incident = new StoredIncident("test", $"A test of the channel {channel}, by {who}", 0, 0, IncidentStatus.Open, now, now, 0, null);
        try
        {
            await _lanes[channel].Channel.SendAsync(new Message(Api.Access.Tokens.MakeId(), "test", now, incident, "open", [], _configuration.PublicUrl?.ToString()), cancel);
            return null;
        }
        catch (DeliveryException e)
        {
            return e.Message;
        }
    }

    public void Dispose()
    {
        foreach (var lane in _lanes.Values) lane.Dispose();
    }

    private void Decide(IncidentChange change)
    {
        var made = new List<Notification>();
        if (_reading.Find(change.Incident) is { } now) made = Deciding.Decide(_configuration, now, [.. _outbox.NotificationsOf(change.Incident).Select(Notification.Read)], _time.GetUtcNow());
        // Where it changed again in between, it comes again.
        if (!_outbox.Decide(change, [.. made.Select(m => m.Stored())])) return;
        foreach (var withheld in made.Where(m => m.State == NotificationState.Withheld && _lanes.ContainsKey(m.Channel))) _lanes[withheld.Channel].CountWithheld();
    }

    private Notification Gone(Notification notification)
    {
        notification.State = NotificationState.Withheld;
        notification.Note(_time.GetUtcNow(), $"the configuration has no channel '{notification.Channel}' any more");
        return notification;
    }

    private async Task DeliverAsync(ChannelLane lane, Notification[] due, CancellationToken stop)
    {
        foreach (var notification in due)
        {
            if (stop.IsCancellationRequested) return;
            try
            {
                _outbox.Keep([.. (await AttemptAsync(lane, notification, stop)).Select(n => n.Stored())]);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (StorageUnavailableException e)
            {
                // It stays due, and is tried again under its id.
                _log.Warn("what became of a notification could not be kept", ("notification", notification.Id), ("error", e.Message));
                return;
            }
        }
    }

    private async Task<IReadOnlyList<Notification>> AttemptAsync(ChannelLane lane, Notification notification, CancellationToken stop)
    {
        var at = _time.GetUtcNow();
        var now = _reading.Find(notification.Incident);
        if (!notification.Said.IsForced)
        {
            if (Needless(notification, now) is { } why)
            {
                notification.State = NotificationState.Withheld;
                notification.Note(at, why);
                lane.CountWithheld();
                return [notification];
            }

            if (Held(now!, at) is { } held)
            {
                notification.Due = at + s_lookAgain;
                notification.Note(at, held);
                return [notification];
            }
        }

        if (now is null)
        {
            notification.State = NotificationState.Withheld;
            notification.Note(at, "the incident is not kept any more");
            return [notification];
        }

        if (lane.MayFrom(at) is { } from)
        {
            notification.Due = from;
            notification.Note(at, $"the channel has sent {lane.Rate} within an hour: it waits");
            return [notification];
        }

        notification.Said.Attempts++;
        using var span = Metrics.ServiceTraces.Begin("notify", System.Diagnostics.ActivityKind.Client);
        span?.SetTag("waterguard.channel", lane.Name);
        try
        {
            var link = _configuration.PublicUrl is { } home ? new Uri(home, "/incidents/" + Uri.EscapeDataString(now.Incident.Id)).ToString() : null;
            await lane.Channel.SendAsync(new Message(notification.Id, notification.Said.Kind, at, now.Incident, now.Status, now.Alerts, link) { Found = notification.Said.Found }, stop);
        }
        catch (DeliveryException e)
        {
            lane.CountFailure(e.Message);
            span?.SetStatus(System.Diagnostics.ActivityStatusCode.Error, e.Message);
            if (e.IsPassing && notification.Said.Attempts < ChannelLane.MostAttempts)
            {
                notification.Due = at + ChannelLane.Pause(notification.Id, notification.Said.Attempts, e.RetryAfter);
                notification.Note(at, $"not taken: {e.Message}");
                return [notification];
            }

            notification.State = NotificationState.Dead;
            notification.Note(at, $"given up after {notification.Said.Attempts} attempts: {e.Message}");
            lane.CountDead();
            _log.Warn("a notification was given up", ("channel", lane.Name), ("notification", notification.Id), ("incident", notification.Incident), ("error", e.Message));
            return [notification];
        }

        lane.CountSent(_time.GetUtcNow());
        return Sent(notification, now, at);
    }

    private IReadOnlyList<Notification> Sent(Notification notification, IncidentNow now, DateTimeOffset at)
    {
        var said = notification.Said;
        notification.State = NotificationState.Sent;
        notification.Note(at, $"sent at attempt {said.Attempts}");
        (said.SentAt, said.SentCount, said.SentStatus, said.SentLevel, said.IsForced) = (at.ToUnixTimeMilliseconds(), now.Incident.Count, now.Status, now.Incident.Level, false);
        var route = _configuration.Routes.FirstOrDefault(r => r.Name == said.Route);
        if (route is null || route.RepeatInterval <= TimeSpan.Zero || now.Status is not ("open" or "escalated") || said.Kind == "escalation") return [notification];
        var its = _outbox.NotificationsOf(notification.Incident).Select(Notification.Read).Where(n => n.Channel == notification.Channel).ToArray();
        if (its.Length >= Deciding.MostOfOne - 1 || its.Any(i => i.State == NotificationState.Waiting && i.Id != notification.Id)) return [notification];
        return [notification, Notification.Make(notification.Incident, notification.Channel, its.Max(i => i.Said.Number) + 1, "repeat", route.Name, "told again if nobody has acknowledged it by then", at, at + route.RepeatInterval)];
    }

    private static string? Needless(Notification notification, IncidentNow? now) => now?.Status switch
    {
        null => "the incident is not kept any more",
        "merged" => $"it is a part of incident {now.Incident.MergedInto} now",
        "retracted" when notification.Said.Kind != "update" => "its alerts were taken back",
        "closed" or "acknowledged" when notification.Said.Kind != "update" => $"it is {now.Status}",
        _ => null,
    };

    // Silenced and inhibited incidents are looked at again: when it is over they are told.
    private string? Held(IncidentNow now, DateTimeOffset at)
    {
        if (now.Alerts.Count > 0 && now.Alerts.Select(a => _silencedBy(a, at)).ToArray() is { } silences && silences.All(s => s is not null)) return $"silenced by {string.Join(", ", silences.Distinct(StringComparer.Ordinal).Take(3))}";
        return _reading.InhibitorOf(now, _configuration.Inhibitions) is { } worse ? $"inhibited by incident {worse.Id}, which is worse and shares an entity with it" : null;
    }
}
