namespace Waterguard.Events;

/// <summary>Why a record could not be read, and at which byte of it (0-based).</summary>
public sealed record JsonFlaw(int Offset, string Reason);
