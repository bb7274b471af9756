using System.Text.Json.Nodes;
using Waterguard.Alerting.Suppression;
using Waterguard.Pipeline;
using Waterguard.Storage;
using Waterguard.Triage;
using Waterguard.Validation;

namespace Waterguard.Api.Live;

/// <summary>What a suppression would hide: stored alerts, as far as what they show can still be judged, and true positives of scenarios.</summary>
internal sealed class SuppressionPreview(ApiParts parts, ValidationBoard validation)
{
    /// <summary>Stored alerts that are looked at, the newest first.</summary>
    public const int MostAlerts = 2000;

    private const int MostShown = 50;

    /// <summary>What it hides.</summary>
    public JsonObject Of(KnownBenign suppression, CancellationToken cancel)
    {
        var preview = Alerts(suppression, cancel);
        preview["scenarios"] = Scenarios(suppression, cancel);
        return preview;
    }

    /// <summary>Whether what was found holds a true positive.</summary>
    public static bool HidesTruth(JsonObject preview) => preview["scenarios"]!.AsArray().Count > 0;

    private JsonObject Alerts(KnownBenign suppression, CancellationToken cancel)
    {
        var generation = Only(parts.Generation, suppression);
        var (reading, judge) = (new StoredAlertReading(generation), new SuppressionJudge(generation));
        var hidden = new JsonArray();
        var (looked, count, unjudged) = (0, 0, 0);
        AlertCursor? before = null;
        while (looked < MostAlerts && parts.Alerts.Find(new AlertQuery { Before = before, Most = 200, Suppressed = false }) is { Count: > 0 } some)
        {
            cancel.ThrowIfCancellationRequested();
            foreach (var stored in some)
            {
                looked++;
                var alert = reading.Read(stored) with { SuppressedBy = null };
                if (alert.IsRetracted || !suppression.IsFor(alert.Rule.Id, alert.Rule.Name, alert.Time)) continue;
                if (suppression.When is not null && alert.Events.Any(e => e.Raw is null)) unjudged++;
                else if (judge.Judge(alert).SuppressedBy is not null && ++count <= MostShown) hidden.Add(StoredAlertReading.Summary(stored));
            }

            before = new AlertCursor(some[^1].Time, some[^1].Id);
        }

        return new JsonObject { ["alerts"] = hidden, ["count"] = count, ["looked_at"] = looked, ["cannot_be_judged"] = unjudged, ["notes"] = new JsonArray("Stored alerts show secrets as hashes, and at most the first and last events of a correlation: a condition on what is not shown cannot be judged.") };
    }

    private JsonArray Scenarios(KnownBenign suppression, CancellationToken cancel)
    {
        var (generation, catalog) = validation.Loaded;
        // Time and rule first: what it is not for, it cannot hide.
        var (_, hidden) = HiddenScenarios.Of(Only(generation, suppression), catalog, HiddenScenarios.Names(generation, suppression.AppliesTo), [suppression.Id], parts.Time, cancel);
        return [.. hidden.Select(r => (JsonNode?)new JsonObject { ["scenario"] = r.Result.Scenario.Id, ["strategy"] = r.Strategy, ["rule"] = r.Result.Expected.Rule })];
    }

    private static Generation Only(Generation generation, KnownBenign suppression) =>
        new(generation.Sources, generation.Rules, generation.Lists, generation.Strategies, Sigma.Level.Informational, generation.Diagnostics, generation.Readings) { Suppressions = [suppression] };
}
