namespace Waterguard.Sources.Transports;

/// <summary>How long to wait before the next attempt: doubling, with jitter, up to a minute. Not thread-safe.</summary>
public sealed class Backoff(TimeProvider time, int seed)
{
    /// <summary>The first wait, before jitter.</summary>
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest wait.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly Random _random = new(seed);
    private int _failures;

    /// <summary>A back-off whose jitter differs from one process to the next, so that many of them do not come back at once.</summary>
    public static Backoff Of(TimeProvider time) => new(time, Environment.ProcessId ^ Environment.TickCount);

    /// <summary>The next wait: between half and the whole of the doubled one.</summary>
    public TimeSpan Next()
    {
        var whole = Math.Min(First.TotalMilliseconds * Math.Pow(2, Math.Min(_failures++, 20)), Longest.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(whole * (0.5 + (_random.NextDouble() / 2)));
    }

    /// <summary>It worked: the next failure waits shortly again.</summary>
    public void Reset() => _failures = 0;

    /// <summary>Waits, or as long as the other side asked for. False: stopped meanwhile.</summary>
    public async Task<bool> WaitAsync(CancellationToken stop, TimeSpan? asked = null)
    {
        var wait = Next();
        try
        {
            await Task.Delay(asked is { } least && least > wait ? least : wait, time, stop);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
