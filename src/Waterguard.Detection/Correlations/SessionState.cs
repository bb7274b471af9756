namespace Waterguard.Detection.Correlations;

/// <summary>What a session knows at one moment, so that another one can go on from there.</summary>
/// <param name="Head">All but the keys: small, written whole each time.</param>
/// <param name="Keys">The state of keys.</param>
public sealed record SessionState(ReadOnlyMemory<byte> Head, IReadOnlyList<KeyState> Keys);

/// <summary>The state of one key of one correlation.</summary>
/// <param name="Correlation">The correlation's id.</param>
/// <param name="Key">Under which it is kept: the same wherever it is computed.</param>
/// <param name="State">Null: the key has no state any more.</param>
public readonly record struct KeyState(string Correlation, UInt128 Key, ReadOnlyMemory<byte>? State);

/// <summary>What became of stored state.</summary>
/// <param name="Keys">How many keys were taken up.</param>
/// <param name="Restarted">Ids of correlations that start from nothing, and why: there are no such any more, or they mean something else now.</param>
/// <param name="Damaged">How many keys could not be read; the others of their correlations go on.</param>
/// <param name="Dropped">The keys that were not taken up: whoever stores them may forget them.</param>
public sealed record RestoredState(long Keys, IReadOnlyDictionary<string, string> Restarted, long Damaged, IReadOnlyList<KeyState> Dropped);
