namespace Waterguard.Detection.Census;

/// <summary>From when until when something was there, as far as it was told. Open without an end.</summary>
public readonly record struct Life(long From, long? To)
{
    /// <summary>Whether it was there at a time; some while after its end it still counts: what it left is under way.</summary>
    public bool Covers(long ticks, long tail) => ticks >= From && (To is not { } to || ticks <= to + tail);
}

/// <summary>When something was said to begin, to be there, and to end. What it holds does not depend on the order in which it was told, nor on copies. Bounded:
/// of many times the first and the last are kept.</summary>
internal sealed class Sayings
{
    /// <summary>Sightings no farther apart are one stay.</summary>
    public static readonly long Tolerance = TimeSpan.FromMinutes(10).Ticks;

    private readonly TimePoints _starts = new();
    private readonly TimePoints _ends = new();
    private readonly TimeSpans _seen = new();

    /// <summary>Times that were left out because there were too many.</summary>
    public long Capped => _starts.Capped + _ends.Capped + _seen.Capped;

    public void Say(Saying saying, long ticks)
    {
        if (saying == Saying.Starts) _starts.Add(ticks);
        else if (saying == Saying.Ends) _ends.Add(ticks);
        else _seen.Add(ticks);
    }

    /// <summary>When it was first told of; <see cref="long.MaxValue"/> before that.</summary>
    public long First => Math.Min(Math.Min(_starts.First, _ends.First), _seen.First);

    /// <summary>When it was last told of.</summary>
    public long Last => Math.Max(Math.Max(_starts.Last, _ends.Last), _seen.Last);

    /// <summary>When it was first told to be there, at the earliest from <paramref name="from"/> on.</summary>
    public long FirstThere(long from) => Math.Min(_starts.From(from), _seen.From(from));

    /// <summary>Whether it was told to be there in some time.</summary>
    public bool ThereIn(long from, long to) => FirstThere(from) <= to;

    /// <summary>The stays of which anything is told up to <paramref name="until"/>, over several that tell.</summary>
    public static List<Life> Lives(IEnumerable<Sayings> sayings, long until)
    {
        var told = new List<(long Ticks, int Kind)>();
        var spans = new List<(long From, long To)>();
        foreach (var one in sayings)
        {
            told.AddRange(one._starts.All.Select(t => (t, 0)));
            told.AddRange(one._ends.All.Select(t => (t, 2)));
            spans.AddRange(one._seen.All);
        }

        told.AddRange(spans.Select(s => (s.From, 1)));
        told.RemoveAll(t => t.Ticks > until);
        told.Sort();
        var lives = new List<Life>();
        long? open = null;
        foreach (var (ticks, kind) in told)
        {
            if (kind != 2)
            {
                open ??= ticks;
                continue;
            }

            // An end before anything else was told: it was there before.
            if (open is null && lives.Count > 0) lives[^1] = lives[^1] with { To = ticks };
            else lives.Add(new Life(open ?? long.MinValue, ticks));
            open = null;
            if (spans.Exists(s => s.From < ticks && s.To > ticks + TimeSpan.TicksPerMinute && s.To <= until)) open = ticks + 1;
        }

        if (open is { } from) lives.Add(new Life(from, null));
        return lives;
    }
}
