using System.Globalization;

namespace Waterguard.Alerting.Suppression.Calendars;

/// <summary>A cron line of five fields: minute, hour, day of the month, month, day of the week. Lists, ranges, steps and English names; as in Vixie cron, of two days that are both said one is
/// enough.</summary>
internal sealed class CronSchedule : ISchedule
{
    private static readonly string[] s_months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    private static readonly string[] s_days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    private readonly HashSet<int> _daysOfMonth;
    private readonly HashSet<int> _months;
    private readonly HashSet<int> _daysOfWeek;
    private readonly bool _eitherDay;

    private CronSchedule(HashSet<int>[] fields, bool eitherDay)
    {
        (_daysOfMonth, _months, _daysOfWeek, _eitherDay) = (fields[2], fields[3], fields[4], eitherDay);
        Times = [.. fields[1].Order().SelectMany(hour => fields[0].Order().Select(minute => new TimeOnly(hour, minute)))];
    }

    public IReadOnlyList<TimeOnly> Times { get; }

    public bool IsOn(DateOnly day)
    {
        if (!_months.Contains(day.Month)) return false;
        var (month, week) = (_daysOfMonth.Contains(day.Day), _daysOfWeek.Contains((int)day.DayOfWeek));
        return _eitherDay ? month || week : month && week;
    }

    /// <summary>Reads a line; null, and why, when it is none.</summary>
    public static CronSchedule? Parse(string text, out string? problem)
    {
        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        problem = parts.Length == 5 ? null : $"a cron line has five fields (minute, hour, day, month, weekday), not {parts.Length}";
        if (problem is not null) return null;
        (int Least, int Most, string[] Names)[] kinds = [(0, 59, []), (0, 23, []), (1, 31, []), (1, 12, s_months), (0, 7, s_days)];
        var fields = new HashSet<int>[5];
        for (var i = 0; i < fields.Length; i++)
        {
            if (Field(parts[i], kinds[i].Least, kinds[i].Most, kinds[i].Names) is not { } field)
            {
                problem = $"'{parts[i]}' is not a field of a cron line with values from {kinds[i].Least} to {kinds[i].Most}";
                return null;
            }

            fields[i] = field;
        }

        if (fields[4].Remove(7)) fields[4].Add(0); // both are Sunday
        return new CronSchedule(fields, !parts[2].StartsWith('*') && !parts[4].StartsWith('*'));
    }

    private static HashSet<int>? Field(string text, int least, int most, string[] names)
    {
        var values = new HashSet<int>();
        foreach (var part in text.Split(','))
        {
            var slash = part.Split('/');
            var step = 1;
            if (slash.Length > 2 || (slash.Length == 2 && (!int.TryParse(slash[1], NumberStyles.None, CultureInfo.InvariantCulture, out step) || step == 0))) return null;
            var ends = slash[0].Split('-');
            int from, to;
            if (slash[0] == "*") (from, to) = (least, most);
            else if (ends.Length > 2 || Number(ends[0], least, names) is not { } first) return null;
            else if (ends.Length == 1) (from, to) = (first, slash.Length == 2 ? most : first);
            else if (Number(ends[1], least, names) is { } last) (from, to) = (first, last);
            else return null;
            if (from < least || to > most || from > to) return null;
            for (var value = from; value <= to; value += step) values.Add(value);
        }

        return values;
    }

    private static int? Number(string text, int least, string[] names)
    {
        var named = Array.FindIndex(names, n => n.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (named >= 0) return named + least;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
