using System.Globalization;
using Spectre.Console;
using Waterguard.Detection.Census;

namespace Waterguard.Output;

/// <summary>The census for people: who disagrees first, then the witnesses, then every container.</summary>
internal static class CensusTable
{
    private const int WideWidth = 160;

    public static void Print(CensusReport report, IReadOnlyList<Disagreement> disagreements)
    {
        var console = AlertTable.Open();
        if (disagreements.Count == 0) console.MarkupLine("[green]No disagreements.[/]");
        else console.Write(Disagreements(disagreements));
        console.Write(Witnesses(report));
        console.Write(Containers(report, console.Profile.Width >= WideWidth));
    }

    private static Table Disagreements(IReadOnlyList<Disagreement> disagreements)
    {
        var table = Columns("Disagreement", "Since (UTC)", "Host", "Container", "Seen by", "Claimed by", "Missing", "Claim");
        foreach (var one in disagreements)
        {
            Add(table, one.Kind.Replace('_', ' '), Time(one.Began), one.Subject.Host, Short(one.Subject), List(one.Subject.SeenBy), List(one.Subject.ClaimedBy), List(one.Missing), one.Claim);
        }

        return table;
    }

    private static Table Witnesses(CensusReport report)
    {
        var table = Columns("Witness", "View", "Place", "From (UTC)", "To (UTC)", "Silent");
        foreach (var one in report.Witnesses)
        {
            var silent = string.Join(", ", one.Silences.Take(3).Select(s => $"{Time(s.From)} to {Time(s.To)}")) + (one.Silences.Length > 3 ? $" and {one.Silences.Length - 3} times more" : "");
            Add(table, one.Witness.Name, one.Witness.View.ToString().ToLowerInvariant() + (one.Witness.Claims ? " (claims)" : " (sees)"), one.Place.Length > 0 ? one.Place : "(not said)", Time(one.From), Time(one.To), silent);
        }

        return table;
    }

    private static Table Containers(CensusReport report, bool wide)
    {
        var table = wide ? Columns("Container", "Claimed by", "Seen by", "From (UTC)", "To (UTC)", "Image", "Where", "Addresses", "Lineage") : Columns("Container", "Claimed by", "Seen by", "From (UTC)", "To (UTC)", "Where");
        foreach (var (subject, lives, addresses) in report.Entries)
        {
            var pod = subject.Pod.Length > 0 ? $"{subject.Namespace}/{subject.Pod}{(subject.Workload.Length > 0 ? $" of {subject.Workload}" : "")}" : "";
            var where = string.Join(", ", new[] { pod, subject.Host.Length > 0 ? "on " + subject.Host : "", subject.Cluster }.Where(t => t.Length > 0));
            var last = lives.IsEmpty ? default(Life?) : lives[^1];
            var from = last is { From: > long.MinValue } life ? Time(new DateTimeOffset(life.From, TimeSpan.Zero)) + (lives.Length > 1 ? $" ({lives.Length}\u00d7)" : "") : "before";
            string[] cells = [Short(subject), List(subject.ClaimedBy), List(subject.SeenBy), from, last?.To is { } to ? Time(new DateTimeOffset(to, TimeSpan.Zero)) : ""];
            Add(table, wide ? [.. cells, subject.Image, where, List(addresses), subject.Lineage] : [.. cells, where]);
        }

        return table;
    }

    private static Table Columns(params ReadOnlySpan<string> names)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var name in names) table.AddColumn(name);
        return table;
    }

    private static void Add(Table table, params string[] cells) => table.AddRow([.. cells.Select(c => Markup.Escape(AlertTable.Printable(c)))]);

    private static string Short(KnownSubject subject) =>
        string.Join(' ', new[] { subject.Container.Length > 12 && subject.Container.All(char.IsAsciiHexDigit) ? subject.Container[..12] : subject.Container, subject.Name }.Where(t => t.Length > 0));

    private static string List(IEnumerable<string> texts) => string.Join(", ", texts) is { Length: > 0 } text ? text : "none";

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
