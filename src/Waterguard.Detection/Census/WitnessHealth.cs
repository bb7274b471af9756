namespace Waterguard.Detection.Census;

/// <summary>Whether a witness was well over a time.</summary>
internal enum Health
{
    /// <summary>It was heard all the time.</summary>
    Well,

    /// <summary>It was silent for longer than it ever is, or had not begun to speak.</summary>
    Unwell,

    /// <summary>It has not spoken since: it may yet.</summary>
    Unknown,
}

/// <summary>Judges the health of witnesses from the minutes in which they were heard. A witness was well over a time only if it spoke again after it: one that has just been cut off has not
/// been silent for long. Looks at whole minutes, and at none after the first word that counts: so the answer is the same however much more was read.</summary>
internal static class WitnessHealth
{
    /// <summary>The health over a time, and when it was certain; where it is unknown, until when one may wait.</summary>
    public static (Health Health, long Certain) Over(MinuteSet heard, TimeSpan? interval, long from, long to)
    {
        var (first, last) = (MinuteSet.Of(from), MinuteSet.Of(to));
        // Words at the beginning of one minute and at the end of another are a minute farther apart than the minutes are.
        var most = interval is { } usual ? (long)Math.Ceiling(usual.TotalMinutes) + 1 : long.MaxValue / TimeSpan.TicksPerDay;
        if (heard.LastUpTo(first) is not { } before || first - before > most) return (Health.Unwell, to);
        if (interval is not null && last > first && !heard.Covers(first, last - 1, most)) return (Health.Unwell, to);
        if (heard.FirstFrom(last + 1) is not { } next) return (Health.Unknown, interval is null ? long.MaxValue : (last + most + 2) * TimeSpan.TicksPerMinute);
        var spoken = heard.LastUpTo(last)!.Value;
        return next - spoken > most ? (Health.Unwell, to) : (Health.Well, (next + 1) * TimeSpan.TicksPerMinute);
    }
}
