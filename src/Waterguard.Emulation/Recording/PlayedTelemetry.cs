using System.Collections.Immutable;

namespace Waterguard.Emulation.Recording;

/// <summary>The telemetry of one part of a scenario, as it would lie in files: one for each source.</summary>
/// <param name="Detonates">When the part's own acts begin; what lies before is warm-up.</param>
public sealed record PlayedTelemetry(string Scenario, string Part, DateTimeOffset Detonates, ImmutableArray<PlayedSource> Sources);

/// <summary>Records of one source, one a line, in the order of their times.</summary>
/// <param name="Records">How many records there are, out of their envelopes.</param>
public sealed record PlayedSource(string Source, ImmutableArray<byte> Bytes, int Records);
