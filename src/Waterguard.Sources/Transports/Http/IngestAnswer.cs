namespace Waterguard.Sources.Transports.Http;

/// <summary>What a sender is told: an HTTP status, and why.</summary>
/// <param name="Title">Short, the same for every case of its kind.</param>
/// <param name="Detail">What was wrong with this one.</param>
/// <param name="Records">Records that were taken, with 202.</param>
/// <param name="RetryAfter">Seconds, where trying again makes sense.</param>
public sealed record IngestAnswer(int Status, string Title, string Detail = "", int Records = 0, bool IsRepeat = false, int RetryAfter = 0);

/// <summary>One request, as far as its receiver needs it.</summary>
/// <param name="Body">Read once, forward.</param>
/// <param name="Encoding">Content-Encoding; null: none.</param>
/// <param name="ContentType">Content-Type without parameters; null: none.</param>
/// <param name="Key">Idempotency-Key; null: the body's hash stands for it.</param>
/// <param name="Peer">Who sends, for the evidence.</param>
public sealed record IngestRequest(Stream Body, string? Encoding, string? ContentType, string? Key, string Peer);
