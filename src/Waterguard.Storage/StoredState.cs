namespace Waterguard.Storage;

/// <summary>What is kept of one key of somebody's state.</summary>
/// <param name="Owner">Whose state it is.</param>
/// <param name="Value">Null: the key has none any more.</param>
public readonly record struct StoredKey(string Owner, UInt128 Key, ReadOnlyMemory<byte>? Value);

/// <summary>State as it was when the journal had been read up to a position: named bytes that only their owner understands.</summary>
/// <param name="Position">After which batch of the journal whoever takes the state up reads on; 0: from the first.</param>
/// <param name="Parts">Small parts by name, each written whole.</param>
/// <param name="Keys">When committed: the keys that changed. When read: all.</param>
public sealed record StoredState(long Position, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Parts, IReadOnlyList<StoredKey> Keys);
