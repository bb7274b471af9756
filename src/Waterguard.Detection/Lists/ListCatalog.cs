using System.Collections.Immutable;
using System.Net;
using System.Text;
using Waterguard.Detection.Matching;
using Waterguard.Events.Fields;

namespace Waterguard.Detection.Lists;

/// <summary>The named sets that rules look values up in. Immutable.</summary>
public sealed class ListCatalog(ImmutableDictionary<string, ValueList> lists)
{
    /// <summary>No lists at all.</summary>
    public static ListCatalog Empty { get; } = new(ImmutableDictionary<string, ValueList>.Empty);

    /// <summary>A list by name; the empty one where nobody gave it.</summary>
    public ValueList Find(string name) => lists.GetValueOrDefault(name) ?? ValueList.Empty;

    /// <summary>Whether somebody gave the list.</summary>
    public bool Has(string name) => lists.ContainsKey(name);

    /// <summary>All lists by name.</summary>
    public IEnumerable<KeyValuePair<string, ValueList>> All => lists;
}

/// <summary>A set of texts, networks (<c>10.0.0.0/8</c>) and domain suffixes (<c>.example.org</c>, or <c>*.example.org</c>). Immutable.</summary>
public sealed class ValueList
{
    private readonly FoldedTable<bool> _texts = new();
    private readonly Networks _networks;

    /// <summary>Builds a list of its entries.</summary>
    public ValueList(IEnumerable<string> entries)
    {
        var networks = ImmutableArray.CreateBuilder<IPNetwork>();
        foreach (var entry in entries)
        {
            Entries++;
            if (entry.Contains('/') && IPNetwork.TryParse(entry, out var network)) networks.Add(network);
            else _texts.Add(Encoding.UTF8.GetBytes(entry.StartsWith("*.", StringComparison.Ordinal) ? entry[1..] : entry), value: true);
        }

        _networks = new Networks(networks.ToImmutable());
        _texts.Seal();
    }

    /// <summary>A list without entries.</summary>
    public static ValueList Empty { get; } = new([]);

    /// <summary>How many entries it has.</summary>
    public int Entries { get; }

    /// <summary>Whether the text is an entry, lies in a network that is one, or below a domain that is one.</summary>
    public bool Contains(ReadOnlySpan<byte> text) => _networks.Contain(text) || ContainsText(text);

    private bool ContainsText(ReadOnlySpan<byte> text)
    {
        if (_texts.Count == 0) return false;
        if (_texts.TryFind(text, out _)) return true;
        for (var dot = text.IndexOf((byte)'.'); dot >= 0; dot = text.IndexOf((byte)'.'))
        {
            if (_texts.TryFind(text[dot..], out _)) return true;
            text = text[(dot + 1)..];
        }

        return false;
    }
}

internal sealed class LookupValueTest(ValueList list) : ValueTest
{
    public override bool Holds(EventBuffer fields, int value) =>
        HasText(fields, value) && list.Contains(fields.Utf8(value));
}
