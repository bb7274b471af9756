namespace Waterguard.Storage;

/// <summary>What people make and change, as JSON documents with a revision each; and the audit, which says who did what. A change and its entry are stored
/// together or not at all. Thread-safe.</summary>
public interface IDocuments
{
    /// <summary>One document; null: there is none.</summary>
    /// <exception cref="StorageUnavailableException">The store cannot be read now.</exception>
    StoredDocument? Find(string kind, string id);

    /// <summary>Documents of a kind by their ids (ordinal), from behind <paramref name="after"/>.</summary>
    /// <exception cref="StorageUnavailableException">The store cannot be read now.</exception>
    IReadOnlyList<StoredDocument> List(string kind, string? after, int most);

    /// <summary>Makes or replaces a document.</summary>
    /// <param name="expectedRevision">The revision that is replaced; 0: there must be none; null: whatever there is.</param>
    /// <exception cref="ArgumentException">It is no JSON, or kind or id is empty or too long.</exception>
    /// <exception cref="StorageUnavailableException">The store cannot be written now; nothing changed.</exception>
    PutOutcome Put(string kind, string id, ReadOnlyMemory<byte> json, long? expectedRevision, AuditEntry entry);

    /// <summary>Removes a document.</summary>
    /// <param name="expectedRevision">The revision that is removed; null: whichever there is.</param>
    /// <exception cref="StorageUnavailableException">The store cannot be written now; nothing changed.</exception>
    PutOutcome Remove(string kind, string id, long? expectedRevision, AuditEntry entry);

    /// <summary>Notes in the audit what changed no document.</summary>
    /// <exception cref="ArgumentException">The detail is no JSON.</exception>
    /// <exception cref="StorageUnavailableException">The store cannot be written now; nothing changed.</exception>
    void Note(AuditEntry entry);

    /// <summary>The audit, newest first.</summary>
    /// <param name="before">Only entries with a lower sequence; <see cref="long.MaxValue"/>: from the newest.</param>
    /// <exception cref="StorageUnavailableException">The store cannot be read now.</exception>
    IReadOnlyList<AuditRecord> Audit(long before, int most);

    /// <summary>Walks the whole audit: each entry's hash covers the entry and the hash before it, so a change, a removal or an insertion shows. That its newest entries were cut off shows only where a
    /// document has a later revision, or against a <see cref="AuditCheck.Head"/> that was kept elsewhere.</summary>
    /// <exception cref="StorageUnavailableException">The store cannot be read now.</exception>
    AuditCheck CheckAudit();
}

/// <summary>A document.</summary>
/// <param name="Revision">Rises with each change, and is never given twice: the sequence of the entry in the audit that tells of it.</param>
/// <param name="Json">UTF-8.</param>
public sealed record StoredDocument(string Kind, string Id, long Revision, DateTimeOffset Changed, byte[] Json);

/// <summary>What became of a change.</summary>
/// <param name="Done">False: another revision stands than was expected, or there is none; nothing changed, and nothing was noted.</param>
/// <param name="Revision">When done: the new revision, of a removal too. Otherwise the one that stands; 0: there is none.</param>
public readonly record struct PutOutcome(bool Done, long Revision);

/// <summary>Who did what.</summary>
/// <param name="Action">Such as <c>silence.put</c>.</param>
/// <param name="Subject">What it was done to.</param>
/// <param name="Detail">JSON, UTF-8; empty: nothing more to say.</param>
/// <param name="Address">Where it was asked from.</param>
public sealed record AuditEntry(DateTimeOffset Time, string Actor, string Role, string Action, string Subject, ReadOnlyMemory<byte> Detail, string Address);

/// <summary>An entry as it is kept.</summary>
/// <param name="Hash">SHA-256 over the hash before it and the entry.</param>
public sealed record AuditRecord(long Sequence, AuditEntry Entry, ReadOnlyMemory<byte> Hash);

/// <summary>What a walk through the audit found.</summary>
/// <param name="Entries">How many hold, from the first on.</param>
/// <param name="BrokenAt">The sequence at which it does not hold; null: all of it does.</param>
/// <param name="What">What is wrong there; null: nothing.</param>
/// <param name="Head">The hash of the newest entry that holds, in hexadecimal; empty without entries.</param>
public sealed record AuditCheck(long Entries, long? BrokenAt, string? What, string Head);
