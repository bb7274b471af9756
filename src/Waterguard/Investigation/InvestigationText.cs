using System.Globalization;
using System.Text;

namespace Waterguard.Investigation;

/// <summary>An investigation as lines for a person: one timeline of alerts and records, the silences, and the question for other stores.</summary>
internal static class InvestigationText
{
    private const int MostOfRecord = 160;

    /// <summary>Writes it all.</summary>
    public static void Print(Subject subject, Deliveries deliveries, IReadOnlyList<FoundRecord> found, ArchiveLook look, TextWriter to)
    {
        to.WriteLine($"{subject.Title} ({subject.Id}), {Time(subject.From)} to {Time(subject.To)}{(subject.IsShortened ? ": only the first part of its time" : "")}");
        to.WriteLine($"asked for: {(subject.Names.IsEmpty ? "nobody" : string.Join(", ", subject.Names.Select(n => $"{n.Kind} {Plain(n.Name)}")))}{(subject.LeftOut > 0 ? Said($"; {subject.LeftOut} names left out") : "")}");
        to.WriteLine();
        foreach (var (_, line) in subject.Steps.Select(s => (s.Time, Line: $"{Time(s.Time)}  ALERT  {Plain(s.What)}")).Concat(found.Select(f => (Time: f.Time ?? f.Hit.Hour, Line: Of(f)))).OrderBy(l => l.Time)) to.WriteLine(line);
        if (look.More > 0) to.WriteLine(Said($"and {look.More} records more (--most)"));
        to.WriteLine();
        var gaps = deliveries.Gaps().ToArray();
        to.WriteLine(gaps.Length == 0 ? "no source was silent for ten minutes" : "silent, or not received:");
        foreach (var gap in gaps) to.WriteLine($"  {gap.Source,-28} {Time(gap.From)} to {Time(gap.To)}");
        to.WriteLine(Said($"looked through {look.Search!.Files} files, {look.Search.Bytes} bytes{(look.Search.Unreadable > 0 ? Said($"; {look.Search.Unreadable} could not be read") : "")}{(look.Search.IsCut ? "; not all of it: there may be more, and a silence may be none" : "")}"));
        foreach (var question in SameQuestion.All(subject))
        {
            to.WriteLine();
            to.WriteLine($"-- {question.Language}{(question.LeftOut > 0 ? Said($" ({question.LeftOut} names cannot be asked for)") : "")}");
            to.WriteLine(question.Text);
        }
    }

    private static string Of(FoundRecord record)
    {
        var raw = Encoding.UTF8.GetString(record.Hit.Json);
        return $"{(record.Time is { } time ? Time(time) : $"{Time(record.Hit.Hour)} (arrival)")}  {record.Hit.Source}  [{string.Join(", ", record.Names.Select(n => Plain(n.Name)))}]  {Plain(raw.Length > MostOfRecord ? raw[..MostOfRecord] + "…" : raw)}";
    }

    // A name can hold what a terminal obeys.
    private static string Plain(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));

    private static string Said(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
