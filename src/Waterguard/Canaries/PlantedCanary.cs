using System.Globalization;

namespace Waterguard.Canaries;

/// <summary>One canary's markers. Not thread-safe: under the board's lock.</summary>
internal sealed class PlantedCanary(CanaryConfiguration canary)
{
    private string? _mark;
    private DateTimeOffset? _planted;
    private string? _problem;
    private TimeSpan? _took;
    private DateTimeOffset? _seen;
    private bool? _last;
    private long _cameOut, _late;

    public CanaryConfiguration Canary => canary;

    public bool IsDue(DateTimeOffset now) => canary.Kind != CanaryKind.External && (_planted is not { } planted || now - planted >= canary.Every);

    public string Begin(DateTimeOffset now)
    {
        Expire(now);
        // One that is asked for anew before its time counts as nothing: whoever plants may try again.
        (_mark, _planted, _problem) = (CanaryMark.Make(), now, null);
        return _mark;
    }

    public void CouldNot(string problem)
    {
        (_problem, _mark, _last) = (problem, null, false);
        _late++;
    }

    public bool CameOut(string mark, string source, DateTimeOffset now)
    {
        Expire(now);
        if (mark != _mark || source != canary.Source) return false;
        (_mark, _took, _seen, _last) = (null, now - _planted, now, true);
        _cameOut++;
        return true;
    }

    public CanaryState State(DateTimeOffset now)
    {
        Expire(now);
        var isStale = canary.Kind == CanaryKind.External && _last == true && _planted is { } planted && now - planted > canary.Every + canary.Within;
        var holds = isStale ? false : _last;
        var says = _planted is null ? $"the canary '{canary.Name}' was not planted yet"
            : _problem is not null ? $"the canary '{canary.Name}' could not be planted: {_problem}"
            : isStale ? $"the canary '{canary.Name}' was planted last at {_planted:yyyy-MM-dd HH:mm}Z"
            : holds == false ? string.Create(CultureInfo.InvariantCulture, $"the canary '{canary.Name}' did not come out of {canary.Source} within {canary.Within.TotalSeconds:0} s")
            : holds == true ? string.Create(CultureInfo.InvariantCulture, $"the canary '{canary.Name}' came out of {canary.Source} after {_took!.Value.TotalSeconds:0.0} s")
            : $"the first marker of the canary '{canary.Name}' is under way";
        var fate = _planted is null ? CanaryFate.Unplanted : _problem is not null ? CanaryFate.Failed : _mark is not null ? CanaryFate.Waiting : isStale ? CanaryFate.Stale : holds == true ? CanaryFate.Seen : CanaryFate.Missed;
        return new CanaryState(canary, holds, says, _planted, _took, _cameOut, _late) { Fate = fate, Seen = _seen };
    }

    private void Expire(DateTimeOffset now)
    {
        if (_mark is null || now - _planted <= canary.Within) return;
        (_mark, _last) = (null, false);
        _late++;
    }
}
