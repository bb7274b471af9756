using System.Collections.Immutable;
using Waterguard.Events;
using Waterguard.Events.Fields;
using Waterguard.Events.Shapes;
using Waterguard.Sources.Recognition;

namespace Waterguard.Coverage;

/// <summary>Counts what the records of one form have. Bounded: names are those that rules and expectations ask for, and values of few fields are kept.</summary>
internal sealed class FormCount
{
    private const int MostValues = 500;
    private readonly Probe[] _names;
    private readonly long[] _filled;
    private readonly ExpectationCount[] _expectations;
    private readonly (Probe Probe, string Name, HashSet<string> Known)[] _closed;
    private readonly SortedDictionary<(string Field, string Value), long> _outside = [];
    private readonly (Probe Probe, string Platform, string Value)[] _platforms;
    private readonly EventLayout _layout;

    public FormCount(EventShape form, ImmutableArray<string> names, IEnumerable<Expectation> expectations, IEnumerable<Platform> platforms)
    {
        Form = form;
        Names = names;
        var builder = new EventLayout.Builder(form);
        Probe Of(string name) => new(builder.Bind(name));
        _names = [.. names.Select(Of)];
        _expectations = [.. expectations.Select(e => new ExpectationCount(e, [.. e.Fields.Select(Of)], [.. e.Among.Select(a => (Of(a.Field), a.AnyOf))], e.Per is null ? null : Of(e.Per)))];
        _closed = [.. form.Vocabulary.Values.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => (Of(v.Key), v.Key, v.Value.ToHashSet(StringComparer.Ordinal)))];
        _platforms = [.. platforms.Where(p => p.Field is not null && p.Sources.Contains(form.Source)).Select(p => (Of(p.Field!), p.Name, p.Value!))];
        foreach (var test in form.Recognise) builder.Bind(test.Path);
        _layout = builder.Build();
        Tests = new FormTests(form.Recognise, path => _layout.Find(path)!.Tiers[0][0].Slot);
        _filled = new long[_names.Length];
    }

    public EventShape Form { get; }

    public ImmutableArray<string> Names { get; }

    public FormTests Tests { get; }

    public FieldTree Tree => _layout.Tree;

    public long Events { get; private set; }

    public IEnumerable<ExpectationCount> Expectations => _expectations;

    /// <summary>Values that the source's vocabulary does not have, and how often they came.</summary>
    public IEnumerable<KeyValuePair<(string Field, string Value), long>> Outside => _outside;

    /// <summary>Events of platforms that only some of the source's events tell of.</summary>
    public Dictionary<string, long> OfPlatform { get; } = new(StringComparer.Ordinal);

    public long Filled(string name) => _filled[Names.IndexOf(name)];

    public void Add(EventBuffer fields)
    {
        _layout.Complete(fields);
        Events++;
        for (var i = 0; i < _names.Length; i++)
        {
            if (_names[i].Has(fields)) _filled[i]++;
        }

        foreach (var expectation in _expectations) expectation.Add(fields);
        foreach (var (probe, name, known) in _closed)
        {
            foreach (var value in probe.Texts(fields))
            {
                if (known.Contains(value) || (_outside.Count >= MostValues && !_outside.ContainsKey((name, value)))) continue;
                _outside[(name, value)] = _outside.GetValueOrDefault((name, value)) + 1;
            }
        }

        foreach (var (probe, platform, value) in _platforms)
        {
            if (probe.Texts(fields).Contains(value, StringComparer.Ordinal)) OfPlatform[platform] = OfPlatform.GetValueOrDefault(platform) + 1;
        }
    }
}
