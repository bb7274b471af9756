namespace Waterguard.Sources.Transports.Polling;

/// <summary>One ordered question to an API: a kind of log, an application, a query.</summary>
/// <param name="Name">The partition of its progress; never change it for what exists.</param>
/// <param name="Source">The source of its records; null: recognised, or as the input says.</param>
internal sealed record PollStream(string Name, string? Source)
{
    /// <summary>How often there is something to ask.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The longest time that is asked for at once.</summary>
    public TimeSpan Step { get; init; } = TimeSpan.FromHours(1);

    /// <summary>So much of what was asked for already is asked for again each time.</summary>
    public TimeSpan Overlap { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How late records can come: so far back is asked again now and then, and at each start.</summary>
    public TimeSpan Late { get; init; } = TimeSpan.Zero;

    /// <summary>How often what comes late is asked for.</summary>
    public TimeSpan LateEvery { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>So near to now is not asked for yet.</summary>
    public TimeSpan Settle { get; init; } = TimeSpan.Zero;

    /// <summary>How far back the very first question goes.</summary>
    public TimeSpan Start { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How far back the API answers at all.</summary>
    public TimeSpan Farthest { get; init; } = TimeSpan.FromDays(3650);

    /// <summary>What must be remembered so that nothing comes twice.</summary>
    public TimeSpan Memory => (Late > Overlap ? Late : Overlap) + Step > Repeats ? (Late > Overlap ? Late : Overlap) + Step : Repeats;

    /// <summary>How long after it came the same can come under another name.</summary>
    public TimeSpan Repeats { get; init; }
}

/// <summary>An API that is asked for spans of time.</summary>
internal interface IPolledApi : IDisposable
{
    /// <summary>What is asked.</summary>
    IReadOnlyList<PollStream> Streams { get; }

    /// <summary>Where the records come from, for people.</summary>
    string Place { get; }

    /// <summary>What has to be so before the first question; called again after each failure.</summary>
    Task PrepareAsync(PollStream stream, CancellationToken cancel);

    /// <summary>All records of a span of time, page by page.</summary>
    IAsyncEnumerable<IReadOnlyList<PolledRecord>> ReadAsync(PollStream stream, DateTimeOffset from, DateTimeOffset to, Remembered known, CancellationToken cancel);

    /// <summary>What an administrator has to do about a refusal; null: its own words have to do.</summary>
    string? Advice(PollStream stream, Exception refusal);

    /// <summary>Asks for a little, for good.</summary>
    Task<IReadOnlyList<Transports.InputFinding>> CheckAsync(PollStream stream, Transports.InputProbe probe, CancellationToken cancel);
}
