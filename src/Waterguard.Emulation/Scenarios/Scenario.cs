using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Waterguard.Content;

namespace Waterguard.Emulation.Scenarios;

/// <summary>One act of an adversary, as it is recorded or done, with what must be found of it and what must not.</summary>
/// <param name="Id">Goes into everything that the scenario makes, so that our own attacks are recognisable.</param>
/// <param name="IsLive">Whether it is done on a real engine instead of told as telemetry.</param>
/// <param name="Claim">The sentence that it proves.</param>
/// <param name="Starts">When the detonation is said to happen.</param>
public sealed record Scenario(
    string Id, bool IsLive, string Claim, DateTimeOffset Starts, ImmutableArray<ScenarioStep> WarmUp, ImmutableArray<ScenarioStep> Detonate,
    ImmutableArray<Expectation> Expect, ImmutableArray<ScenarioPart> Quiet, ImmutableArray<ScenarioPart> Variants, ImmutableArray<ScenarioStep> Revert, SourceLocation Location)
{
    /// <summary>Of a live scenario: what the machine must have or allow, beyond an engine.</summary>
    public ImmutableArray<string> Needs { get; init; } = [];

    /// <summary>Of a live scenario: how long the detections that it expects learn what is usual, in place of what they say. Null: as they say.</summary>
    public TimeSpan? Learn { get; init; }

    /// <summary>Of a live scenario: how far the detections that it expects look around, in place of what they say. Null: as they say.</summary>
    public TimeSpan? Look { get; init; }
}

/// <summary>A detection that must fire.</summary>
/// <param name="Rule">Its id, name or title.</param>
/// <param name="Within">How long after the detonation at most, in the time that the records tell.</param>
public sealed record Expectation(string Rule, TimeSpan Within, SourceLocation Location)
{
    /// <summary>Of a live scenario: a text that the alert must have, in place of the id of what was made.</summary>
    public string? Shows { get; init; }

    /// <summary>Of a live scenario: the state that the detection must come to be in, in place of an alert of it.</summary>
    public string? Becomes { get; init; }
}

/// <summary>Records of one source, or something that a live scenario does.</summary>
/// <param name="Source">The source that must recognise the records.</param>
/// <param name="Template">The record: an object with placeholders, or a text.</param>
/// <param name="At">When the first one is told, from the detonation.</param>
/// <param name="Repeat">How many.</param>
/// <param name="Every">The time between them.</param>
/// <param name="Jitter">By how much each may be off, either way; the same in every run.</param>
/// <param name="Act">What a live scenario does.</param>
public sealed record ScenarioStep(
    string? Source, JsonNode? Template, TimeSpan At, int Repeat, TimeSpan Every, TimeSpan Jitter, LiveStep? Act, SourceLocation Location);

/// <summary>A benign twin, or an evasive variant: the detonation with changes, or steps of its own.</summary>
/// <param name="Play">Its own steps; empty: those of the detonation.</param>
/// <param name="Wrap">The envelope that the records of each source come in; null for none.</param>
/// <param name="Caught">Of a variant, whether it is expected to be caught.</param>
/// <param name="Reason">Why not.</param>
public sealed record ScenarioPart(
    string Name, ImmutableArray<ScenarioStep> Play, ImmutableArray<RecordChange> Changes, JsonNode? Wrap, bool Caught, string? Reason, SourceLocation Location);

/// <summary>One value of a record that is set, or removed.</summary>
/// <param name="Path">Keys and indexes.</param>
/// <param name="Value">The value; ignored where it is removed.</param>
/// <param name="Step">The step whose records are meant, from 1; null for all.</param>
public sealed record RecordChange(RecordPath Path, JsonNode? Value, bool Removes, int? Step, SourceLocation Location);
