using System.Globalization;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace Waterguard.Api.Live;

/// <summary>One thing that happened, as it is streamed.</summary>
/// <param name="Kind"><c>alert</c>, <c>incident</c>, <c>state</c> or <c>source</c>.</param>
internal sealed record LiveEvent(long Number, string Kind, string Json);

/// <summary>Tells those who listen what happens. The newest are kept for who comes back; who is too slow is told so and let go. Thread-safe.</summary>
internal sealed class EventHub
{
    /// <summary>Events that are kept.</summary>
    public const int MostKept = 1000;

    /// <summary>Events that wait for one listener.</summary>
    public const int MostWaiting = 256;

    /// <summary>Listeners at once, and of one caller.</summary>
    public const int MostListeners = 64, MostOfOne = 4;

    private readonly Lock _lock = new();
    private readonly Queue<LiveEvent> _kept = [];
    private readonly List<Listener> _listeners = [];
    private long _number;

    /// <summary>Names this run of the service: numbers of another one mean nothing here.</summary>
    public string Run { get; } = Access.Tokens.MakeId();

    /// <summary>Listeners that were let go because they were too slow.</summary>
    public long Dropped { get; private set; }

    public int Listeners
    {
        get
        {
            lock (_lock) return _listeners.Count;
        }
    }

    public void Tell(string kind, JsonObject what)
    {
        lock (_lock)
        {
            var told = new LiveEvent(++_number, kind, what.ToJsonString());
            _kept.Enqueue(told);
            if (_kept.Count > MostKept) _kept.Dequeue();
            for (var i = _listeners.Count - 1; i >= 0; i--)
            {
                if (_listeners[i].Waiting.Writer.TryWrite(told)) continue;
                _listeners[i].IsTooSlow = true;
                _listeners[i].Waiting.Writer.TryComplete();
                _listeners.RemoveAt(i);
                Dropped++;
            }
        }
    }

    /// <summary>Listens from behind an event; null: there are as many as there may be.</summary>
    /// <param name="lastId">What the listener has seen last: <c>RUN-NUMBER</c>.</param>
    public Listener? Listen(string caller, string? lastId)
    {
        lock (_lock)
        {
            if (_listeners.Count >= MostListeners || _listeners.Count(l => l.Caller == caller) >= MostOfOne) return null;
            var listener = new Listener(caller);
            if (lastId is not null)
            {
                var isOurs = lastId.StartsWith(Run + "-", StringComparison.Ordinal) && long.TryParse(lastId.AsSpan(Run.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var seen) && seen <= _number ? seen : -1;
                var missed = isOurs < 0 ? [] : _kept.Where(k => k.Number > isOurs).ToArray();
                listener.HasMissed = isOurs < 0 || missed.Length < _number - isOurs || missed.Length > MostWaiting;
                if (!listener.HasMissed) foreach (var one in missed) listener.Waiting.Writer.TryWrite(one);
            }

            _listeners.Add(listener);
            return listener;
        }
    }

    /// <summary>Lets everybody go: the service stops.</summary>
    public void Close()
    {
        lock (_lock)
        {
            foreach (var listener in _listeners) listener.Waiting.Writer.TryComplete();
            _listeners.Clear();
        }
    }

    public void Leave(Listener listener)
    {
        lock (_lock) _listeners.Remove(listener);
    }

    /// <summary>One who listens.</summary>
    internal sealed class Listener(string caller)
    {
        public string Caller => caller;

        public Channel<LiveEvent> Waiting { get; } = Channel.CreateBounded<LiveEvent>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });

        /// <summary>Something happened between what it has seen and what is kept: it should read anew.</summary>
        public bool HasMissed { get; set; }

        public bool IsTooSlow { get; set; }
    }
}
