using System.Security.Cryptography;
using System.Text;
using Waterguard.Notify.Channels;

namespace Waterguard.Notify;

/// <summary>One channel at work: how much it may send, what it did, and when it tries again. Used by one delivery at a time; its counts may be read by anybody.</summary>
internal sealed class ChannelLane(ChannelDefinition definition, IChannel channel) : IDisposable
{
    /// <summary>Attempts after which it is given up, until a person has it sent again: about half a day.</summary>
    public const int MostAttempts = 20;

    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(5), s_longest = TimeSpan.FromHours(1);
    private readonly Queue<DateTimeOffset> _sent = [];
    private long _sentCount, _failures, _dead, _withheld, _capped;

    public string Name => definition.Name;

    public string Kind => definition.Kind.Name;

    public long Rate => definition.Rate;

    public IChannel Channel => channel;

    /// <summary>What it is doing; null: nothing.</summary>
    public Task? Work { get; set; }

    /// <summary>Taken by the other side.</summary>
    public long Sent => Interlocked.Read(ref _sentCount);

    /// <summary>Attempts in vain.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>Given up.</summary>
    public long Dead => Interlocked.Read(ref _dead);

    /// <summary>Decided not to send.</summary>
    public long Withheld => Interlocked.Read(ref _withheld);

    /// <summary>Times that one had to wait because the channel had sent as many as it may.</summary>
    public long Capped => Interlocked.Read(ref _capped);

    public string? LastError { get; private set; }

    public void CountSent(DateTimeOffset at)
    {
        _sent.Enqueue(at);
        Interlocked.Increment(ref _sentCount);
        LastError = null;
    }

    public void CountFailure(string error)
    {
        Interlocked.Increment(ref _failures);
        LastError = error;
    }

    public void CountDead() => Interlocked.Increment(ref _dead);

    public void CountWithheld() => Interlocked.Increment(ref _withheld);

    /// <summary>When it may send the next; null: now.</summary>
    public DateTimeOffset? MayFrom(DateTimeOffset now)
    {
        while (_sent.TryPeek(out var oldest) && oldest <= now - TimeSpan.FromHours(1)) _sent.Dequeue();
        if (_sent.Count < definition.Rate) return null;
        Interlocked.Increment(ref _capped);
        return _sent.Peek() + TimeSpan.FromHours(1);
    }

    /// <summary>How long to wait after so many attempts: twice as long each time, and somewhere in the later half of it, so that what failed together does not come together again.</summary>
    public static TimeSpan Pause(string notification, int attempts, TimeSpan? asked)
    {
        var whole = TimeSpan.FromTicks(Math.Min(s_longest.Ticks, s_first.Ticks << Math.Min(attempts - 1, 20)));
        var share = SHA256.HashData(Encoding.UTF8.GetBytes($"{notification} {attempts}"))[0] / 255.0;
        var pause = whole * (0.5 + (share / 2));
        return asked is { } wait && wait > pause ? (wait < s_longest ? wait : s_longest) : pause;
    }

    public void Dispose() => channel.Dispose();
}
