using System.Globalization;

namespace Waterguard.Alerting.Suppression.Calendars;

/// <summary>A recurrence rule of RFC 5545 (section 3.3.10), as far as maintenance windows need it: daily, weekly, monthly and yearly, with INTERVAL, UNTIL, BYDAY (with a number within the month),
/// BYMONTHDAY, BYMONTH, BYHOUR and BYMINUTE. What else it says is refused, so that no window is other than it reads.</summary>
internal sealed class RecurrenceRule : ISchedule
{
    private static readonly string[] s_days = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];

    private readonly DateTime _start;
    private readonly string _frequency;
    private readonly int _interval;
    private readonly DateOnly? _until;
    private readonly IReadOnlyList<(int Ordinal, DayOfWeek Day)> _byDay;
    private readonly IReadOnlyList<int> _byMonthDay;
    private readonly IReadOnlyList<int> _byMonth;

    private RecurrenceRule(DateTime start, Dictionary<string, string> parts)
    {
        _start = start;
        _frequency = parts["FREQ"];
        _interval = parts.TryGetValue("INTERVAL", out var interval) ? int.Parse(interval, CultureInfo.InvariantCulture) : 1;
        _until = parts.TryGetValue("UNTIL", out var until) ? DateOnly.ParseExact(until[..8], "yyyyMMdd", CultureInfo.InvariantCulture) : null;
        _byDay = parts.TryGetValue("BYDAY", out var days) ? [.. days.Split(',').Select(d => Day(d)!.Value)] : [];
        _byMonthDay = Numbers(parts, "BYMONTHDAY") ?? [];
        _byMonth = Numbers(parts, "BYMONTH") ?? [];
        Times = [.. (Numbers(parts, "BYHOUR") ?? [start.Hour]).Order().SelectMany(h => (Numbers(parts, "BYMINUTE") ?? [start.Minute]).Order().Select(m => new TimeOnly(h, m)))];
    }

    public IReadOnlyList<TimeOnly> Times { get; }

    /// <param name="start">The first time, by the clock on the wall; what the rule does not say is taken from it.</param>
    /// <param name="problem">Why it is none.</param>
    public static RecurrenceRule? Parse(string text, DateTime start, out string? problem)
    {
        var parts = new Dictionary<string, string>(StringComparer.Ordinal);
        problem = null;
        foreach (var part in (text.StartsWith("RRULE:", StringComparison.OrdinalIgnoreCase) ? text[6..] : text).Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            var both = part.Split('=');
            var name = both[0].Trim().ToUpperInvariant();
            if (both.Length != 2 || !Fits(name, both[1].Trim().ToUpperInvariant())) problem ??= $"'{part}' is not understood in a recurrence rule";
            else if (!parts.TryAdd(name, both[1].Trim().ToUpperInvariant())) problem ??= $"'{name}' is said twice";
        }

        if (!parts.ContainsKey("FREQ")) problem ??= "a recurrence rule says FREQ";
        else if (parts["FREQ"] is not ("MONTHLY" or "YEARLY") && parts.TryGetValue("BYDAY", out var days) && days.Split(',').Any(d => Day(d)!.Value.Ordinal != 0)) problem ??= "BYDAY has numbers only in months and years";
        return problem is null ? new RecurrenceRule(start, parts) : null;
    }

    public bool IsOn(DateOnly day)
    {
        var first = DateOnly.FromDateTime(_start);
        if (day < first || day > _until || (_byMonth.Count > 0 && !_byMonth.Contains(day.Month))) return false;
        var months = ((day.Year - first.Year) * 12) + day.Month - first.Month;
        return _frequency switch
        {
            "DAILY" => (day.DayNumber - first.DayNumber) % _interval == 0 && IsDayOfWeek(day, null) && IsDayOfMonth(day, null),
            "WEEKLY" => (Monday(day) - Monday(first)) / 7 % _interval == 0 && IsDayOfWeek(day, first.DayOfWeek),
            "MONTHLY" => months % _interval == 0 && IsDayInMonth(day, first),
            _ => (day.Year - first.Year) % _interval == 0 && (_byMonth.Count > 0 || _byDay.Count > 0 || day.Month == first.Month) && IsDayInMonth(day, first),
        };
    }

    private bool IsDayInMonth(DateOnly day, DateOnly first) =>
        _byDay.Count > 0 ? IsDayOfWeek(day, null) && IsDayOfMonth(day, null) : IsDayOfMonth(day, first.Day);

    private bool IsDayOfMonth(DateOnly day, int? otherwise)
    {
        if (_byMonthDay.Count == 0) return otherwise is null || day.Day == otherwise;
        var length = DateTime.DaysInMonth(day.Year, day.Month);
        return _byMonthDay.Any(d => day.Day == (d > 0 ? d : length + d + 1));
    }

    private bool IsDayOfWeek(DateOnly day, DayOfWeek? otherwise)
    {
        if (_byDay.Count == 0) return otherwise is null || day.DayOfWeek == otherwise;
        var length = DateTime.DaysInMonth(day.Year, day.Month);
        return _byDay.Any(d => d.Day == day.DayOfWeek && (d.Ordinal == 0 || d.Ordinal == ((day.Day - 1) / 7) + 1 || d.Ordinal == -(((length - day.Day) / 7) + 1)));
    }

    private static int Monday(DateOnly day) => day.DayNumber - (((int)day.DayOfWeek + 6) % 7);

    private static bool Fits(string name, string value) => name switch
    {
        "FREQ" => value is "DAILY" or "WEEKLY" or "MONTHLY" or "YEARLY",
        "INTERVAL" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var interval) && interval is > 0 and < 10_000,
        "UNTIL" => value.Length >= 8 && DateOnly.TryParseExact(value[..8], "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "BYDAY" => value.Split(',').All(d => Day(d) is not null),
        "BYMONTHDAY" => All(value, n => n is (>= 1 and <= 31) or (>= -31 and <= -1)),
        "BYMONTH" => All(value, n => n is >= 1 and <= 12),
        "BYHOUR" => All(value, n => n is >= 0 and <= 23),
        "BYMINUTE" => All(value, n => n is >= 0 and <= 59),
        "WKST" => value == "MO",
        _ => false,
    };

    private static (int Ordinal, DayOfWeek Day)? Day(string text)
    {
        if (text.Length < 2 || Array.IndexOf(s_days, text[^2..]) is var day && day < 0) return null;
        if (text.Length == 2) return (0, (DayOfWeek)day);
        return int.TryParse(text[..^2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var ordinal) && ordinal is (>= 1 and <= 5) or (>= -5 and <= -1) ? (ordinal, (DayOfWeek)day) : null;
    }

    private static bool All(string value, Func<int, bool> fits) => value.Split(',').All(v => int.TryParse(v, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && fits(number));

    private static int[]? Numbers(Dictionary<string, string> parts, string name) =>
        parts.TryGetValue(name, out var value) ? [.. value.Split(',').Select(v => int.Parse(v, CultureInfo.InvariantCulture))] : null;
}
