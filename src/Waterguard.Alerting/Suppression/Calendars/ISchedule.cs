namespace Waterguard.Alerting.Suppression.Calendars;

/// <summary>When something begins again and again, by a clock on the wall.</summary>
internal interface ISchedule
{
    /// <summary>Whether it begins on this day.</summary>
    bool IsOn(DateOnly day);

    /// <summary>At which times of such a day, in order.</summary>
    IReadOnlyList<TimeOnly> Times { get; }
}
