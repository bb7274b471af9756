namespace Waterguard.Detection.Census;

/// <summary>Whether a witness was well over a time.</summary>
internal enum Health
{
    /// <summary>It was heard all the time.</summary>
    Well,

    /// <summary>It was silent for longer than it ever is, or had not begun to speak.</summary>
    Unwell,

    /// <summary>It speaks only when something happens, and has not spoken since: it may yet.</summary>
    Unknown,
}

/// <summary>Judges the health of witnesses from the minutes in which they were heard. Looks only at whole minutes before the end of the time asked for, or, for those that speak when
/// something happens, at the first minute after it: so the answer is the same however much more was read.</summary>
internal static class WitnessHealth
{
    /// <summary>The health over a time, and when it was certain.</summary>
    public static (Health Health, long Certain) Over(MinuteSet heard, TimeSpan? interval, long from, long to)
    {
        var (first, last) = (MinuteSet.Of(from), MinuteSet.Of(to) - 1);
        if (interval is { } usual)
        {
            // A minute heard at its beginning and the next at its end are two minutes apart.
            var most = (long)Math.Ceiling(usual.TotalMinutes) + 1;
            return (heard.Covers(first, Math.Max(first, last), most) ? Health.Well : Health.Unwell, to);
        }

        if (heard.LastUpTo(first) is null) return (Health.Unwell, to);
        return heard.FirstFrom(MinuteSet.Of(to) + 1) is { } next ? (Health.Well, Math.Max(to, (next + 1) * TimeSpan.TicksPerMinute)) : (Health.Unknown, to);
    }
}
