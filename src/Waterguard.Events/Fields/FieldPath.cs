using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Waterguard.Events.Fields;

/// <summary>A field's path, taken apart: <c>requestObject.spec.containers[].image</c>, <c>sourceIPs[-1]</c>,
/// <c>annotations."audit.k8s.io/truncated"</c>. An empty path is the record, or the array element, itself.</summary>
public sealed class FieldPath
{
    private FieldPath(ImmutableArray<PathSegment> segments) => Segments = segments;

    /// <summary>The segments in order.</summary>
    public ImmutableArray<PathSegment> Segments { get; }

    /// <summary>Whether some segment picks one element of an array.</summary>
    public bool HasIndex => Segments.Any(s => s.Index is not null);

    /// <summary>Takes a path apart. Every text is a path: what cannot be read as an index or a quoted segment is part of a name.</summary>
    public static FieldPath Parse(string text)
    {
        var segments = ImmutableArray.CreateBuilder<PathSegment>();
        var at = 0;
        while (at < text.Length)
        {
            var name = ReadName(text, ref at, out var quoted);
            int? index = null;
            while (at < text.Length && text[at] == '[')
            {
                var end = text.IndexOf(']', at);
                if (end < 0) { name += text[at..]; at = text.Length; break; }
                var inner = text[(at + 1)..end];
                if (int.TryParse(inner, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) index = number;
                else if (inner.Length > 0) name += text[at..(end + 1)];
                at = end + 1;
            }

            segments.Add(new PathSegment(name, index, quoted));
            if (at < text.Length && text[at] == '.') at++;
        }

        return new FieldPath(segments.ToImmutable());
    }

    /// <summary>This path with another behind it.</summary>
    public FieldPath Then(FieldPath next) => new(Segments.AddRange(next.Segments));

    /// <summary>Whether this path lies below <paramref name="prefix"/> (or is it).</summary>
    public bool StartsWith(FieldPath prefix) =>
        Segments.Length >= prefix.Segments.Length
        && prefix.Segments.Zip(Segments).All(pair => string.Equals(pair.First.Name, pair.Second.Name, StringComparison.Ordinal));

    /// <summary>The segments behind the first <paramref name="count"/>.</summary>
    public FieldPath Skip(int count) => new(Segments[count..]);

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var segment in Segments)
        {
            if (text.Length > 0) text.Append('.');
            if (segment.Quoted) text.Append('"').Append(segment.Name).Append('"');
            else text.Append(segment.Name);
            if (segment.Index is { } index) text.Append('[').Append(index.ToString(CultureInfo.InvariantCulture)).Append(']');
        }

        return text.ToString();
    }

    private static string ReadName(string text, ref int at, out bool quoted)
    {
        quoted = text[at] == '"' && text.IndexOf('"', at + 1) > 0;
        int end;
        string name;
        if (quoted)
        {
            end = text.IndexOf('"', at + 1);
            name = text[(at + 1)..end];
            at = end + 1;
            return name;
        }

        end = at;
        while (end < text.Length && text[end] != '.' && !(text[end] == '[' && end > at)) end++;
        name = text[at..end];
        at = end;
        return name;
    }
}

/// <summary>One step of a path.</summary>
/// <param name="Name">The key; <c>*</c> unquoted is any key.</param>
/// <param name="Index">The array element picked behind the key, negative from the end; null for all of them.</param>
/// <param name="Quoted">Whether the key was quoted: then its dots, brackets and stars are part of it.</param>
public readonly record struct PathSegment(string Name, int? Index, bool Quoted)
{
    /// <summary>Whether the segment stands for any key.</summary>
    public bool IsAny => !Quoted && Name == "*";
}
