namespace Waterguard.Alerting.Suppression.Calendars;

/// <summary>Times that begin by a schedule on somebody's wall clock and last for a while. Immutable.</summary>
/// <param name="schedule">When it begins.</param>
/// <param name="duration">How long it lasts; up to <see cref="Longest"/>.</param>
/// <param name="zone">Where the clock hangs.</param>
internal sealed class MaintenanceWindow(ISchedule schedule, TimeSpan duration, TimeZoneInfo zone)
{
    /// <summary>No window lasts longer: what always holds is no window.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(31);

    /// <summary>Whether a moment lies in one: from its beginning, and before its end.</summary>
    public bool Covers(DateTimeOffset time)
    {
        if (time.Year is < 2 or > 9998) return false;
        var last = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time, zone).DateTime);
        for (var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time - duration, zone).DateTime); day <= last; day = day.AddDays(1))
        {
            if (!schedule.IsOn(day)) continue;
            foreach (var at in schedule.Times)
            {
                var start = StartOf(day.ToDateTime(at));
                if (start <= time && time < start + duration) return true;
            }
        }

        return false;
    }

    // An hour that is left out in spring begins with the next; one that comes twice in autumn begins with the first.
    private DateTimeOffset StartOf(DateTime local)
    {
        while (zone.IsInvalidTime(local)) local = local.AddMinutes(15);
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset);
    }
}
