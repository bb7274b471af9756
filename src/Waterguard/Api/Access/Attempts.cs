namespace Waterguard.Api.Access;

/// <summary>Counts sign-ins that failed, and says how long the next one has to wait: by account from one address, by address, and by account from anywhere, where more are let go wrong, so that nobody can
/// shut somebody else out with a few guesses. Bounded: beyond, the oldest are forgotten. Thread-safe.</summary>
internal sealed class Attempts(TimeProvider time)
{
    /// <summary>Names that are remembered.</summary>
    public const int MostNames = 8192;

    /// <summary>Failures that cost nothing: by account and address, by address, by account.</summary>
    public const int FreeByBoth = 5, FreeByAddress = 20, FreeByAccount = 50;

    /// <summary>The longest wait.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Failures>> _names = new(StringComparer.Ordinal);
    private readonly LinkedList<Failures> _order = [];

    /// <summary>Names that were forgotten for lack of room.</summary>
    public long Forgotten { get; private set; }

    /// <summary>How long to wait before another try; null: not at all.</summary>
    public TimeSpan? Wait(string account, string address)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            var until = Keys(account, address).Select(k => _names.TryGetValue(k.Name, out var known) ? known.Value.Until : DateTimeOffset.MinValue).Max();
            return until > now ? until - now : null;
        }
    }

    /// <summary>One failed.</summary>
    public void Failed(string account, string address)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            foreach (var (name, free) in Keys(account, address))
            {
                var count = 1;
                if (_names.Remove(name, out var known))
                {
                    _order.Remove(known);
                    if (now - known.Value.Last < Longest + Longest) count = known.Value.Count + 1;
                }

                var wait = count < free ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min(Longest.TotalSeconds, Math.Pow(2, Math.Min(20, count - free))));
                _names[name] = _order.AddLast(new Failures(name, count, now, now + wait));
            }

            while (_names.Count > MostNames)
            {
                _names.Remove(_order.First!.Value.Name);
                _order.RemoveFirst();
                Forgotten++;
            }
        }
    }

    /// <summary>One was right: what this account did wrong from this address is forgiven.</summary>
    public void Succeeded(string account, string address)
    {
        lock (_lock)
        {
            if (_names.Remove(Keys(account, address)[0].Name, out var known)) _order.Remove(known);
        }
    }

    // An account's name is the sender's choice: only so much of it is remembered.
    private static (string Name, int Free)[] Keys(string account, string address)
    {
        var name = account.Length > 128 ? account[..128] : account;
        return [($"{address} {name}", FreeByBoth), ($"@ {address}", FreeByAddress), ($"= {name}", FreeByAccount)];
    }

    private readonly record struct Failures(string Name, int Count, DateTimeOffset Last, DateTimeOffset Until);
}
