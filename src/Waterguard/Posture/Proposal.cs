using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Waterguard.Posture;

/// <summary>What is proposed.</summary>
internal enum ProposalKind
{
    /// <summary>A ValidatingAdmissionPolicy and its binding.</summary>
    AdmissionPolicy,

    /// <summary>A NetworkPolicy.</summary>
    NetworkPolicy,

    /// <summary>Settings of the Docker daemon.</summary>
    DaemonSettings,

    /// <summary>A suppression of a strategy.</summary>
    Suppression,

    /// <summary>A further entry of a list.</summary>
    ListEntry,

    /// <summary>A rule of another level.</summary>
    RuleLevel,
}

/// <summary>How a proposal was tried, and what came of it.</summary>
/// <param name="IsChecked">Whether it was tried at all: what cannot be replayed here says so.</param>
/// <param name="How">In a sentence.</param>
/// <param name="Prevented">Of the incident's own events or alerts: those that it would have prevented or covered.</param>
/// <param name="Of">Those of the incident that it was tried on.</param>
/// <param name="OthersHit">Of what else is at hand: what it would have denied or hidden.</param>
/// <param name="OthersTried">What else it was tried on.</param>
/// <param name="AlsoHit">The first few of those that are hit, a line each.</param>
internal sealed record ProposalCheck(bool IsChecked, string How, int Prevented, int Of, int OthersHit, int OthersTried, ImmutableArray<string> AlsoHit)
{
    /// <summary>Lines that are kept of what is hit.</summary>
    public const int MostNamed = 10;

    /// <summary>Others that could not be judged: they may be hit too.</summary>
    public int OthersUnclear { get; init; }

    /// <summary>What speaks against it for all that; null: nothing.</summary>
    public string? Caution { get; init; }
}

/// <summary>A change that would have prevented or sharpened an incident. Immutable.</summary>
/// <param name="Name">By which it is chosen; the same for the same incident and the same document.</param>
/// <param name="Why">The events that speak for it.</param>
/// <param name="Document">What is applied, as text.</param>
/// <param name="Path">Where it belongs in a folder of content; null: it goes to a cluster or a machine.</param>
internal sealed record Proposal(string Name, ProposalKind Kind, string Title, ImmutableArray<string> Why, string Document, string? Path, ProposalCheck Check)
{
    /// <summary>The hash of the document: what was agreed to is this text and no other.</summary>
    public string Hash { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Document)));

    /// <summary>Why it must not be applied, unless somebody accepts what else is hit; null: nothing speaks against it.</summary>
    public string? Doubt =>
        !Check.IsChecked ? "it was not checked: " + Check.How
        : Check.Prevented == 0 ? "it would not have prevented anything of the incident"
        : Check.OthersHit > 0 ? $"it would also have hit {Check.OthersHit} of {Check.OthersTried} others at hand, such as {Check.AlsoHit.FirstOrDefault()}"
        : Check.Caution;

    /// <summary>How its kind is written.</summary>
    public string KindName => Kind switch { ProposalKind.AdmissionPolicy => "admission-policy", ProposalKind.NetworkPolicy => "network-policy", ProposalKind.DaemonSettings => "daemon-settings", ProposalKind.Suppression => "suppression", ProposalKind.RuleLevel => "rule-level", _ => "list-entry" };

    /// <summary>As JSON.</summary>
    public JsonObject ToJson() => new()
    {
        ["name"] = Name, ["kind"] = KindName, ["title"] = Title, ["why"] = Lines(Why), ["path"] = Path, ["document"] = Document, ["sha256"] = Hash,
        ["check"] = new JsonObject
        {
            ["checked"] = Check.IsChecked, ["how"] = Check.How, ["prevented"] = Check.Prevented, ["of"] = Check.Of, ["others_hit"] = Check.OthersHit, ["others_tried"] = Check.OthersTried, ["others_unclear"] = Check.OthersUnclear, ["also_hit"] = Lines(Check.AlsoHit),
        },
        ["doubt"] = Doubt,
    };

    private static JsonArray Lines(ImmutableArray<string> lines) => new([.. lines.Select(l => (JsonNode?)l)]);
}
