using Waterguard.Detection.Matching;

namespace Waterguard.Detection.Correlations;

/// <summary>Tells what a session will find before its watermark allows it: the same counts and sequences over what has come so far, in the order of its arrival. What the session then does not
/// find, because something came late, is taken back, and named what it found instead. Only for types whose finding is made by an event that came; absences, silences and baselines need time
/// to have passed. Not thread-safe.</summary>
public sealed class EarlyFindings
{
    private readonly HashSet<string> _prompt;
    private readonly CorrelationSession _session;
    private readonly Action<CorrelationFinding> _tell;
    private readonly Action<CorrelationFinding, CorrelationFinding?> _takeBack;
    private readonly Dictionary<string, CorrelationFinding> _pending = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CorrelationFinding> _settled = new(StringComparer.Ordinal);
    private readonly Delivery _nothing = Delivery.Of([], (_, _) => false);
    private DateTimeOffset _latest = DateTimeOffset.MinValue;
    private DateTimeOffset _reached = DateTimeOffset.MinValue;

    /// <param name="prompt">Ids of the correlations whose findings are told early.</param>
    /// <param name="tell">Told of each finding once.</param>
    /// <param name="takeBack">Told of a finding that does not hold, and which one stands in its place, if any does.</param>
    internal EarlyFindings(IEnumerable<string> prompt, Func<Action<CorrelationFinding>, CorrelationSession> open, Action<CorrelationFinding> tell, Action<CorrelationFinding, CorrelationFinding?> takeBack)
    {
        (_prompt, _tell, _takeBack) = (prompt.ToHashSet(StringComparer.Ordinal), tell, takeBack);
        _session = open(Found);
    }

    /// <summary>Findings that the session has not confirmed yet.</summary>
    public int Pending => _pending.Count;

    /// <summary>One more match.</summary>
    public void Offer(Match match)
    {
        _session.Offer(match);
        if (match.TimeKnown && match.Time > _latest) _latest = match.Time;
    }

    /// <summary>What was offered is judged.</summary>
    public void Judge()
    {
        if (_latest > DateTimeOffset.MinValue && _latest < DateTimeOffset.MaxValue) _session.AdvanceTo(_latest.AddTicks(1), _nothing);
    }

    /// <summary>Goes on from what the session knows. Only before anything else.</summary>
    public void Restore(SessionState state) => _session.Restore(state);

    /// <summary>Goes on from a session and what waits there. Only before anything else.</summary>
    public void GoOnFrom(CorrelationSession session, DateTimeOffset latest)
    {
        _session.GoOnFrom(session);
        _latest = latest;
    }

    /// <summary>Until when matches have come.</summary>
    public DateTimeOffset Latest => _latest;

    /// <summary>The session has found something, for now or for good.</summary>
    public void Settle(CorrelationFinding finding)
    {
        if (!_prompt.Contains(finding.Correlation.Header.Id)) return;
        _pending.Remove(Identity(finding));
        _settled[Identity(finding)] = finding;
    }

    /// <summary>The session has judged everything before this time: what it did not find by now it will not find.</summary>
    public void SettledTo(DateTimeOffset watermark)
    {
        if (watermark <= _reached) return;
        _reached = watermark;
        foreach (var (id, finding) in _pending.Where(p => p.Value.Opened < watermark).OrderBy(p => p.Key, StringComparer.Ordinal).ToArray())
        {
            _pending.Remove(id);
            _takeBack(finding, InPlaceOf(finding));
        }

        foreach (var (id, finding) in _settled.Where(s => Forgettable(s.Value, watermark)).ToArray()) _settled.Remove(id);
    }

    private void Found(CorrelationFinding finding)
    {
        var id = Identity(finding);
        if (finding.Opened < _reached || _settled.ContainsKey(id) || !_pending.TryAdd(id, finding)) return;
        _tell(finding);
    }

    // The one of the same key whose time this one's overlaps; the latest, if there are several.
    private CorrelationFinding? InPlaceOf(CorrelationFinding finding) => _settled.Values
        .Where(s => s.Correlation.Header.Id == finding.Correlation.Header.Id && s.Key == finding.Key && s.Start <= finding.End && s.End >= finding.Start)
        .OrderBy(s => s.Opened).ThenBy(Identity, StringComparer.Ordinal).LastOrDefault();

    // As long as an early finding can still overlap it.
    private static bool Forgettable(CorrelationFinding finding, DateTimeOffset watermark) =>
        watermark.UtcTicks - finding.End.UtcTicks > Math.Min(finding.Correlation.TimeSpan.Ticks, TimeSpan.FromDays(30).Ticks) * 2;

    private static string Identity(CorrelationFinding finding) => string.Join('\0', [finding.Correlation.Header.Id, finding.Key, .. finding.Anchor]);
}
