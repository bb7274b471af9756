using System.Collections.Immutable;

namespace Waterguard.Coverage;

/// <summary>What a service received in a time.</summary>
/// <param name="Since">From when on the journal was read.</param>
/// <param name="Until">Now.</param>
/// <param name="KeptFrom">When the oldest of what the journal still keeps came; null: it is empty. Later than <paramref name="Since"/>: before that there may have been more.</param>
/// <param name="Damaged">Batches that could not be read.</param>
/// <param name="Sources">When each source delivered last, in alphabetical order.</param>
internal sealed record LiveDeliveries(
    DateTimeOffset Since, DateTimeOffset Until, DateTimeOffset? KeptFrom, long Damaged, ImmutableArray<InputDelivery> Inputs, ImmutableArray<(string Source, DateTimeOffset Last)> Sources);

/// <summary>What one input brought.</summary>
/// <param name="Transport">Null: the configuration does not have it any more.</param>
/// <param name="Source">The source that it is configured to be; null: recognised.</param>
/// <param name="Last">When it came last; null: never in that time.</param>
internal sealed record InputDelivery(string Name, string? Transport, string? Source, long Records, DateTimeOffset? Last);
