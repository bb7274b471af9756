namespace Waterguard.Detection.Census;

/// <summary>Which names are one identity, and from when on that is known: object ids with user principal names, accounts with e-mail addresses. Names are given to somebody else
/// now and then: the id last told for a name counts. What is told later than asked for is not known yet. Bounded; not thread-safe.</summary>
public sealed class Identities
{
    private const int MostNames = 1 << 20;
    private const int MostOfOne = 64;
    private readonly Dictionary<string, ToldValues> _idsOf = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, SortedSet<string>> _namesOf = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, long> _first = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Names that were not taken in because there were too many.</summary>
    public long Refused { get; private set; }

    /// <summary>How many names and ids are known.</summary>
    public int Count => _first.Count;

    /// <summary>An id and a name are one identity.</summary>
    public void Tell(string id, string name, long ticks)
    {
        if (id.Length == 0 || name.Length == 0 || id.Equals(name, StringComparison.OrdinalIgnoreCase)) return;
        if (_first.Count >= MostNames && !(_first.ContainsKey(id) && _first.ContainsKey(name)))
        {
            Refused++;
            return;
        }

        if (!_namesOf.TryGetValue(id, out var names)) names = _namesOf[id] = new SortedSet<string>(StringComparer.OrdinalIgnoreCase);
        if (!names.Contains(name) && names.Count >= MostOfOne)
        {
            Refused++;
            return;
        }

        names.Add(name);
        if (!_idsOf.TryGetValue(name, out var ids)) ids = _idsOf[name] = new ToldValues();
        // A name can have one id with each who gives ids: they are told apart by how they look.
        ids.Tell(KindOf(id), id.ToLowerInvariant(), ticks);
        Note(id, ticks);
        Note(name, ticks);
    }

    /// <summary>The one name under which an identity is known everywhere, as far as it was told up to a time: the mail-like name told first, else the name told first. What is
    /// unknown is its own name, in lower case.</summary>
    public string Canonical(string name, long ticks)
    {
        if (!_first.ContainsKey(name)) return name.ToLowerInvariant();
        var met = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { name };
        var open = new Queue<string>([name]);
        while (met.Count < MostOfOne && open.TryDequeue(out var one))
        {
            foreach (var other in Next(one, ticks))
            {
                if (met.Add(other)) open.Enqueue(other);
            }
        }

        return met.OrderBy(n => n.Contains('@', StringComparison.Ordinal) ? 0 : 1).ThenBy(n => _first.GetValueOrDefault(n, long.MaxValue)).ThenBy(n => n, StringComparer.OrdinalIgnoreCase)
            .First().ToLowerInvariant();
    }

    private IEnumerable<string> Next(string one, long ticks)
    {
        if (_idsOf.TryGetValue(one, out var ids))
        {
            foreach (var kind in ids.Parts)
            {
                if (ids.At(kind, ticks, ticks) is { Length: > 0 } id) yield return id;
            }
        }

        if (!_namesOf.TryGetValue(one, out var names)) yield break;
        foreach (var name in names)
        {
            if (_idsOf.TryGetValue(name, out var back) && back.At(KindOf(one), ticks, ticks).Equals(one, StringComparison.OrdinalIgnoreCase)) yield return name;
        }
    }

    private void Note(string name, long ticks) => _first[name] = _first.TryGetValue(name, out var known) ? Math.Min(known, ticks) : ticks;

    private static string KindOf(string id) => Guid.TryParse(id, out _) ? "guid" : id.All(char.IsAsciiDigit) ? "number" : "text";
}
