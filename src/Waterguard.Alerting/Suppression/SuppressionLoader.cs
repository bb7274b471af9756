using System.Collections.Immutable;
using System.Globalization;
using Waterguard.Alerting.Suppression.Calendars;
using Waterguard.Content;
using Waterguard.Content.Yaml;
using Waterguard.Sigma.Conditions;
using Waterguard.Sigma.Parsing;

namespace Waterguard.Alerting.Suppression;

/// <summary>Reads suppression files. Never throws for what a file says: findings go to the bag.</summary>
public static class SuppressionLoader
{
    // Whoever starts a container calls it what they like.
    private static readonly string[] s_chosen = ["container.name", "container.labels", "orchestrator.resource.name", "kubernetes.pod.name", "objectRef.name", "process.name", "user_agent.original"];

    /// <summary>All suppressions of some files.</summary>
    /// <param name="isRule">Whether there is a rule of this id or name.</param>
    public static ImmutableArray<KnownBenign> Load(IEnumerable<(string Path, string Text)> files, Func<string, bool> isRule, DiagnosticBag bag, Sigma.RuleLoadOptions options)
    {
        var all = ImmutableArray.CreateBuilder<KnownBenign>();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (path, text) in files)
        {
            var file = YamlFile.Parse(path, text);
            foreach (var diagnostic in file.Diagnostics) bag.Add(diagnostic);
            foreach (var document in file.Documents)
            {
                if (document.Root is not YamlMapping root)
                {
                    bag.Error(ContentCodes.NotAMapping, document.Root.Location, "A suppression is a mapping.");
                    continue;
                }

                if (Read(new MappingReader(root, bag), isRule, bag, options) is not { } one) continue;
                if (ids.Add(one.Id)) all.Add(one);
                else bag.Error(SuppressionCodes.Twice, one.Location, $"There is a suppression '{one.Id}' already.");
            }
        }

        return all.ToImmutable();
    }

    private static KnownBenign? Read(MappingReader reader, Func<string, bool> isRule, DiagnosticBag bag, Sigma.RuleLoadOptions options)
    {
        var errors = bag.ErrorCount;
        var (id, reason, owner) = (reader.RequiredText("id"), reader.RequiredText("reason"), reader.RequiredText("owner"));
        var expires = Time(reader, "expires", bag);
        var rules = reader.Texts("applies_to");
        if (rules.IsEmpty) reader.Missing("applies_to");
        if (rules is ["any"]) rules = [];
        foreach (var rule in rules.Where(r => !isRule(r))) bag.Warning(SuppressionCodes.Rule, reader.LocationOf("applies_to"), $"There is no rule '{rule}'.");
        var when = reader.Node("when") is { } node ? ConditionLoader.Load(node, bag, options) : null;
        var during = reader.Section("during") is { } section ? During(section, bag) : null;
        if (!reader.Has("when") && !reader.Has("during")) bag.Error(SuppressionCodes.Everything, reader.Mapping.Location, "A suppression says 'when', 'during' or both: this one would cover every alert of its rules.");
        if (when is not null && Fields(when).ToArray() is { Length: > 0 } fields && fields.All(IsChosen))
            bag.Warning(SuppressionCodes.OnlyNames, reader.LocationOf("when"), "It asks only for names, which whoever starts a container chooses: ask for the image's digest, the owner, the actor or a time too.");
        var claim = reader.Text("claim");
        reader.WarnAboutUnknownKeys();
        return bag.ErrorCount == errors ? new KnownBenign(id!, reason!, owner!, expires!.Value, rules, when, reader.Mapping.Location) { Claim = claim, During = during } : null;
    }

    private static DateTimeOffset? Time(MappingReader reader, string key, DiagnosticBag bag)
    {
        if (reader.RequiredText(key) is not { } text) return null;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)) return time;
        bag.Error(SuppressionCodes.Calendar, reader.LocationOf(key), $"'{key}' must be a day or a time (2027-03-31, 2027-03-31T18:00:00Z), not '{text}'.");
        return null;
    }

    private static MaintenanceWindow? During(MappingReader reader, DiagnosticBag bag)
    {
        var errors = bag.ErrorCount;
        var duration = reader.RequiredDuration("duration");
        if (duration <= TimeSpan.Zero || duration > MaintenanceWindow.Longest) Calendar(reader, "duration", $"a window lasts up to {MaintenanceWindow.Longest.Days} days", bag);
        var zone = TimeZoneInfo.Utc;
        if (reader.Text("tz") is { } name && !TimeZoneInfo.TryFindSystemTimeZoneById(name, out zone!)) Calendar(reader, "tz", $"there is no time zone '{name}'", bag);
        var (cron, rule) = (reader.Text("cron"), reader.Text("rrule"));
        string? problem = null;
        ISchedule? schedule = null;
        if (cron is null == rule is null) problem = "it has either 'cron' or 'rrule'";
        else if (cron is not null) schedule = CronSchedule.Parse(cron, out problem);
        else if (Time(reader, "start", bag) is { } start) schedule = RecurrenceRule.Parse(rule!, start.DateTime, out problem);
        if (problem is not null) Calendar(reader, cron is not null ? "cron" : "rrule", problem, bag);
        reader.WarnAboutUnknownKeys();
        return bag.ErrorCount == errors && schedule is not null ? new MaintenanceWindow(schedule, duration!.Value, zone) : null;
    }

    private static void Calendar(MappingReader reader, string key, string problem, DiagnosticBag bag) => bag.Error(SuppressionCodes.Calendar, reader.LocationOf(key), $"'{key}': {problem}.");

    private static bool IsChosen(string field) => Array.Exists(s_chosen, c => field == c || field.StartsWith(c + ".", StringComparison.Ordinal));

    private static IEnumerable<string> Fields(Condition condition) => condition switch
    {
        AllOf all => all.Parts.SelectMany(Fields),
        AnyOf any => any.Parts.SelectMany(Fields),
        AtLeast some => some.Parts.SelectMany(Fields),
        Not not => Fields(not.Part),
        FieldTest test => [test.Field],
        _ => ["?"],
    };
}
