using Spectre.Console;
using Waterguard.Alerting;
using Waterguard.Sigma;

namespace Waterguard.Output;

/// <summary>Alerts for people: one row for each rule and who did it, the worst first; repeats are folded with a count.</summary>
internal static class AlertTable
{
    private const int NarrowWidth = 100;

    public static void Print(IReadOnlyList<Alert> alerts)
    {
        var console = Create();
        if (alerts.Count == 0)
        {
            console.MarkupLine("[green]No alerts.[/]");
            return;
        }

        var wide = console.Profile.Width >= NarrowWidth;
        var table = new Table().Border(TableBorder.Rounded).Expand();
        table.AddColumn(new TableColumn("Level").NoWrap());
        table.AddColumn(new TableColumn("First seen (UTC)").NoWrap());
        table.AddColumn(new TableColumn("What happened"));
        if (wide) table.AddColumn(new TableColumn("Where"));
        table.AddColumn(new TableColumn("#").RightAligned().NoWrap());
        foreach (var fold in Fold(alerts))
        {
            var first = fold.First();
            var cells = new List<string>
            {
                $"[{Colour(first.Rule.Level)}]{Alerting.Output.AlertJson.Name(first.Rule.Level)}[/]",
                first.Time.UtcDateTime.ToString("MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture),
                $"[bold]{Markup.Escape(first.Rule.Title)}[/]\n{Markup.Escape(Printable(first.Reason))}{Techniques(first)}",
            };
            if (wide) cells.Add(Markup.Escape(string.Join("\n", first.Events.Take(1).Select(e => $"{Path.GetFileName(e.File)}:{e.Line}"))));
            cells.Add(fold.Count().ToString(System.Globalization.CultureInfo.InvariantCulture));
            table.AddRow([.. cells]);
        }

        console.Write(table);
    }

    // Neither colour nor bold where nobody asked for them: NO_COLOR, a pipe, a file.
    private static IAnsiConsole Create()
    {
        var plain = Console.IsOutputRedirected || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 };
        return AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = plain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Out = new AnsiConsoleOutput(Console.Out),
        });
    }

    private static IEnumerable<IGrouping<(string Rule, string Who), Alert>> Fold(IReadOnlyList<Alert> alerts) =>
        alerts.GroupBy(a => (a.Rule.Id, Who(a))).OrderByDescending(g => g.First().Rule.Level).ThenBy(g => g.First().Time).ThenBy(g => g.Key.Id, StringComparer.Ordinal);

    private static string Who(Alert alert) => string.Join(',', alert.Entities.GetValueOrDefault("identity", []));

    private static string Techniques(Alert alert) => alert.Rule.Attack.IsEmpty ? "" : $"\n[dim]{Markup.Escape(string.Join(" ", alert.Rule.Attack))}[/]";

    // Log text may hold control sequences that would drive the terminal.
    private static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '\uFFFD' : c));

    private static string Colour(Level level) => level switch
    {
        Level.Critical => "bold white on red",
        Level.High => "red",
        Level.Medium => "yellow",
        Level.Low => "blue",
        _ => "grey",
    };
}
