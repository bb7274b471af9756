using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Waterguard.Alerting.Output;

namespace Waterguard.Posture;

/// <summary>What is proposed for an incident. Immutable.</summary>
/// <param name="Verdict">What <c>assess</c> says of it.</param>
/// <param name="Others">Other events that the proposals were tried on.</param>
/// <param name="Notes">What could not be proposed or tried, and why.</param>
internal sealed record PostureReport(string Subject, string Verdict, int Events, int Others, ImmutableArray<Proposal> Proposals, ImmutableArray<string> Notes)
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, Encoder = AlertJson.Options.Encoder };

    /// <summary>As JSON.</summary>
    public string Json() => new JsonObject
    {
        ["incident"] = Subject, ["verdict"] = Verdict, ["events"] = Events, ["others"] = Others, ["proposals"] = new JsonArray([.. Proposals.Select(p => (JsonNode?)p.ToJson())]), ["notes"] = new JsonArray([.. Notes.Select(n => (JsonNode?)n)]),
    }.ToJsonString(s_indented) + "\n";

    /// <summary>As a text in which comments say what the documents are; those for a cluster are YAML.</summary>
    public string Text()
    {
        var lines = new List<string> { $"# {Proposals.Length} proposals for {SeenEvent.Printable(Subject)} ({Verdict}), from {Events} events; {Others} others were at hand" };
        lines.AddRange(Notes.Select(n => $"# Note: {SeenEvent.Printable(n)}"));
        foreach (var proposal in Proposals)
        {
            lines.Add("---");
            lines.Add($"# {proposal.Name} ({proposal.KindName}): {SeenEvent.Printable(proposal.Title)}");
            if (proposal.Path is { } path) lines.Add($"# Belongs to: {path}");
            lines.AddRange(proposal.Why.Select(w => $"# Because of: {w}"));
            lines.Add($"# {(proposal.Check.IsChecked ? "Checked" : "Not checked")}: {proposal.Check.How}");
            lines.AddRange(proposal.Check.AlsoHit.Select(h => $"# Also hit: {h}"));
            if (proposal.Doubt is { } doubt) lines.Add($"# Not applied unless accepted: {doubt}");
            lines.Add(proposal.Document.TrimEnd('\n'));
        }

        return string.Join('\n', lines) + "\n";
    }
}
