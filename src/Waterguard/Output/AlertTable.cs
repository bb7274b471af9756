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
        var console = Open();
        if (alerts.Count == 0)
        {
            console.MarkupLine("[green]No alerts.[/]");
            return;
        }

        var wide = console.Profile.Width >= NarrowWidth;
        var table = new Table().Border(TableBorder.Simple).Expand();
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
                $"[bold]{Markup.Escape(first.Rule.Title)}[/]{Techniques(first)}\n{Markup.Escape(Printable(first.Reason))}",
            };
            if (wide) cells.Add(Markup.Escape(string.Join("\n", first.Events.Take(1).Select(e => $"{Path.GetFileName(e.File)}:{e.Line}"))));
            cells.Add(fold.Count().ToString(System.Globalization.CultureInfo.InvariantCulture));
            table.AddRow([.. cells]);
        }

        console.Write(table);
    }

    // Into a file or pipe go no control sequences, nor to a terminal whose user wants no colour; off the terminal the width is what COLUMNS says.
    internal static IAnsiConsole Open()
    {
        var plain = Console.IsOutputRedirected || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 };
        var console = AnsiConsole.Create(plain ? new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors } : new AnsiConsoleSettings());
        if (Console.IsOutputRedirected) console.Profile.Width = int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), System.Globalization.CultureInfo.InvariantCulture, out var columns) && columns > 40 ? columns : 120;
        return console;
    }

    private static IEnumerable<IGrouping<(string Rule, string Who), Alert>> Fold(IReadOnlyList<Alert> alerts) =>
        alerts.GroupBy(a => (a.Rule.Id, Who(a))).OrderByDescending(g => g.First().Rule.Level).ThenBy(g => g.First().Time).ThenBy(g => g.Key.Id, StringComparer.Ordinal);

    private static string Who(Alert alert) => string.Join(',', alert.Entities.GetValueOrDefault("identity", []));

    private static string Techniques(Alert alert) => alert.Rule.Attack.IsEmpty ? "" : $"  [dim]{Markup.Escape(string.Join(" ", alert.Rule.Attack))}[/]";

    // Log text may hold control sequences that would drive the terminal.
    internal static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '\uFFFD' : c));

    private static string Colour(Level level) => level switch
    {
        Level.Critical => "bold white on red",
        Level.High => "red",
        Level.Medium => "yellow",
        Level.Low => "blue",
        _ => "grey",
    };
}
