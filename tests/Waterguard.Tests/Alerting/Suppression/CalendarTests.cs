using System.Globalization;
using Waterguard.Alerting.Suppression.Calendars;
using Xunit;

namespace Waterguard.Tests.Alerting.Suppression;

public sealed class CalendarTests
{
    [Theory]
    [InlineData("0 2 * * 6", "4h", "UTC", "2026-11-21T02:00:00Z", true)]              // a Saturday, at its beginning
    [InlineData("0 2 * * 6", "4h", "UTC", "2026-11-21T05:59:59Z", true)]
    [InlineData("0 2 * * 6", "4h", "UTC", "2026-11-21T06:00:00Z", false)]             // before its end
    [InlineData("0 2 * * 6", "4h", "UTC", "2026-11-22T03:00:00Z", false)]
    [InlineData("30 23 * * *", "2h", "UTC", "2026-11-22T01:15:00Z", true)]            // over midnight
    [InlineData("0 22 * * FRI", "60h", "UTC", "2026-11-23T09:59:00Z", true)]          // a whole weekend
    [InlineData("*/15 8-17 * JAN-MAR,DEC mon-fri", "5m", "UTC", "2026-12-01T17:45:30Z", true)]
    [InlineData("*/15 8-17 * JAN-MAR,DEC mon-fri", "5m", "UTC", "2026-11-30T17:45:30Z", false)]
    [InlineData("0 0 13 * 5", "1h", "UTC", "2026-11-13T00:30:00Z", true)]             // of two days that are said, one is enough
    [InlineData("0 0 13 * 5", "1h", "UTC", "2026-11-20T00:30:00Z", true)]
    [InlineData("0 0 * * 7", "1h", "UTC", "2026-11-22T00:30:00Z", true)]              // 7 is Sunday too
    [InlineData("0 2 * * *", "1h", "Europe/London", "2026-07-01T01:30:00Z", true)]    // summer time
    [InlineData("0 2 * * *", "1h", "Europe/London", "2026-12-01T01:30:00Z", false)]
    [InlineData("30 1 29 3 *", "1h", "Europe/London", "2026-03-29T01:15:00Z", true)]  // 01:30 is left out that day: it begins at 02:00, which is 01:00Z
    [InlineData("30 1 25 10 *", "30m", "Europe/London", "2026-10-25T00:45:00Z", true)] // 01:30 comes twice: the first
    [InlineData("30 1 25 10 *", "30m", "Europe/London", "2026-10-25T01:45:00Z", false)]
    public void A_cron_line_covers_what_its_author_means(string cron, string duration, string zone, string time, bool covered) =>
        Assert.Equal(covered, Covers(CronSchedule.Parse(cron, out _)!, duration, zone, time));

    [Theory]
    [InlineData("FREQ=DAILY", "2026-11-01T22:00", "2026-11-22T23:00:00Z", true)]
    [InlineData("FREQ=DAILY;INTERVAL=2", "2026-11-01T22:00", "2026-11-22T23:00:00Z", false)]
    [InlineData("FREQ=DAILY;UNTIL=20261120T000000Z", "2026-11-01T22:00", "2026-11-22T23:00:00Z", false)]
    [InlineData("FREQ=WEEKLY;BYDAY=SA,SU", "2026-11-02T22:00", "2026-11-22T23:00:00Z", true)]
    [InlineData("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU", "2026-11-02T22:00", "2026-11-22T23:00:00Z", true)]    // weeks begin on Monday: that of the 2nd, and that of the 16th
    [InlineData("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU", "2026-11-09T22:00", "2026-11-15T23:00:00Z", true)]
    [InlineData("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU", "2026-11-09T22:00", "2026-11-22T23:00:00Z", false)]
    [InlineData("FREQ=WEEKLY", "2026-11-01T22:00", "2026-11-22T23:00:00Z", true)]                        // the weekday of its start
    [InlineData("RRULE:FREQ=MONTHLY;BYDAY=4SU", "2026-01-01T22:00", "2026-11-22T23:00:00Z", true)]
    [InlineData("FREQ=MONTHLY;BYDAY=-1SU", "2026-01-01T22:00", "2026-11-29T23:00:00Z", true)]
    [InlineData("FREQ=MONTHLY;BYDAY=-1SU", "2026-01-01T22:00", "2026-11-22T23:00:00Z", false)]
    [InlineData("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-01-01T22:00", "2026-02-28T23:00:00Z", true)]
    [InlineData("FREQ=MONTHLY;BYMONTHDAY=31", "2026-01-01T22:00", "2026-02-28T23:00:00Z", false)]
    [InlineData("FREQ=YEARLY;BYMONTH=11;BYDAY=SU;BYHOUR=1,23;BYMINUTE=30", "2020-01-01T00:00", "2026-11-22T23:45:00Z", true)]
    [InlineData("FREQ=YEARLY", "2020-11-22T23:00", "2026-11-22T23:45:00Z", true)]
    [InlineData("FREQ=YEARLY", "2027-11-22T23:00", "2026-11-22T23:45:00Z", false)]                       // before its start
    public void A_recurrence_rule_covers_what_RFC_5545_says(string rule, string start, string time, bool covered) =>
        Assert.Equal(covered, Covers(RecurrenceRule.Parse(rule, DateTime.Parse(start, CultureInfo.InvariantCulture), out _)!, "2h", "UTC", time));

    [Theory]
    [InlineData("* * * *")]
    [InlineData("60 * * * *")]
    [InlineData("*/0 * * * *")]
    [InlineData("5-1 * * * *")]
    [InlineData("@daily * * * *")]
    [InlineData("1, * * * *")]
    public void A_cron_line_that_is_none_is_refused_in_words(string text)
    {
        Assert.Null(CronSchedule.Parse(text, out var problem));
        Assert.NotEmpty(problem!);
    }

    [Theory]
    [InlineData("INTERVAL=2")]
    [InlineData("FREQ=HOURLY")]
    [InlineData("FREQ=DAILY;COUNT=3")]
    [InlineData("FREQ=WEEKLY;BYDAY=2MO")]
    [InlineData("FREQ=DAILY;BYSETPOS=1")]
    [InlineData("FREQ=DAILY;FREQ=DAILY")]
    [InlineData("FREQ=MONTHLY;BYDAY=6MO")]
    [InlineData("FREQ=DAILY;INTERVAL=0")]
    public void A_recurrence_rule_that_says_more_than_is_understood_is_refused_rather_than_half_followed(string text)
    {
        Assert.Null(RecurrenceRule.Parse(text, new DateTime(2026, 1, 1), out var problem));
        Assert.NotEmpty(problem!);
    }

    private static bool Covers(ISchedule schedule, string duration, string zone, string time)
    {
        Assert.True(Waterguard.Content.Duration.TryParse(duration, out var length));
        return new MaintenanceWindow(schedule, length, TimeZoneInfo.FindSystemTimeZoneById(zone)).Covers(DateTimeOffset.Parse(time, CultureInfo.InvariantCulture));
    }
}
