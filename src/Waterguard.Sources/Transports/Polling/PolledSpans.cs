using System.Globalization;
using Waterguard.Sources.Transports.Cloud;

namespace Waterguard.Sources.Transports.Polling;

/// <summary>Follows one stream: asks for span after span up to now, then again for what is new, with an overlap for what comes late.</summary>
internal sealed class PolledSpans(IPolledApi api, PollStream stream, IInputSink sink, string? source, TransportProgress progress, TransportSurroundings surroundings, string name)
{
    private const string Version = "through1:";
    private readonly TimeProvider _time = surroundings.Time;
    private readonly Remembered _known = new(sink, stream.Name, source ?? stream.Source, api.Place, stream.Memory, progress, surroundings.Time);
    private DateTimeOffset _through;
    private DateTimeOffset _nextLate;

    /// <summary>How far behind now it is.</summary>
    public TimeSpan Behind => _through == default ? TimeSpan.Zero : _time.GetUtcNow() - _through;

    public async Task RunAsync(CancellationToken stop)
    {
        var backoff = Backoff.Of(_time);
        var prepared = false;
        _through = TakeUp();
        await CloudRounds.RunAsync(
            name, $"{stream.Name}: ", surroundings, progress, backoff,
            async worked =>
            {
                if (!prepared) await api.PrepareAsync(stream, stop);
                prepared = true;
                var asked = await RoundAsync(backoff, stop);
                worked();
                if (asked && _time.GetUtcNow() - stream.Settle - _through > stream.Every) return;
                await Task.Delay(stream.Every, _time, stop);
            },
            e =>
            {
                prepared = false;
                return api.Advice(stream, e) ?? e.Message;
            },
            stop);
    }

    private DateTimeOffset TakeUp()
    {
        var now = _time.GetUtcNow();
        var first = now - stream.Start;
        if (sink.PositionOf(stream.Name) is not { } stored) return first;
        if (!stored.StartsWith(Version, StringComparison.Ordinal) || !DateTimeOffset.TryParseExact(stored.AsSpan(Version.Length), "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var through))
        {
            surroundings.Say(name, $"{stream.Name}: the stored position is of a newer version or damaged; reading begins anew");
            return first;
        }

        if (through > now) return now;
        if (now - through <= stream.Farthest) return through;
        progress.Note("gaps: longer away than the other side keeps");
        surroundings.Say(name, $"{stream.Name}: was read up to {through:u}, and the other side only goes back {stream.Farthest.TotalDays:F0} days: what was between is lost");
        return now - stream.Farthest;
    }

    // One question, or one of what comes late. False: there was nothing to ask yet.
    private async Task<bool> RoundAsync(Backoff backoff, CancellationToken stop)
    {
        var now = _time.GetUtcNow();
        var farthest = now - stream.Farthest;
        if (_through < farthest) _through = farthest;
        var to = Earlier(_through + stream.Step, now - stream.Settle);
        var from = _through - stream.Overlap;
        if (to <= _through) return false;
        if (stream.Late > TimeSpan.Zero && now >= _nextLate)
        {
            for (var at = Later(_through - stream.Late, farthest); at < from; at += stream.Step) await ReadAsync(at, Earlier(at + stream.Step, from), backoff, stop);
            _nextLate = now + stream.LateEvery;
        }

        await ReadAsync(Later(from, farthest), to, backoff, stop);
        await Handover.UntilTakenAsync(sink, new TransportBatch(stream.Name, new Events.Framing.RecordBlock().ToArray(), 0) { Position = Version + to.ToString("O", CultureInfo.InvariantCulture), Over = _known.Over() }, progress, backoff, stop);
        stop.ThrowIfCancellationRequested();
        _through = to;
        return true;
    }

    private async Task ReadAsync(DateTimeOffset from, DateTimeOffset to, Backoff backoff, CancellationToken stop)
    {
        // Some APIs refuse more than a step, the overlap with it.
        for (var end = from; from < to; from = end)
        {
            end = Earlier(from + stream.Step, to);
            await foreach (var page in api.ReadAsync(stream, from, end, _known, stop))
            {
                if (!await _known.HandOverAsync(page, backoff, stop)) throw new OperationCanceledException(stop);
            }
        }
    }

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
